package dev.cardinal.udf.sql;

import dev.cardinal.zoo.EnumWord;
import dev.cardinal.zoo.PublicApi;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A Spark session setting that {@code classify} reads when a query is analyzed. */
@PublicApi
public enum ClassifyKey {
    /** Directory of a model bundle, on any Hadoop file system; required. */
    MODEL("model", null),
    /** File on the driver's disk with the card of a SavedModel made elsewhere; not set for a bundle. */
    CARD("card", null),
    /** Maximum number of predictions per image for calls without {@code k}. */
    TOP_K("topK", "10"),
    /** Maximum number of images per batch. */
    BATCH_SIZE("batchSize", "32"),
    /** Numeric precision of the model: {@code auto}, {@code fp32}, {@code bf16} or {@code fp16}. */
    PRECISION("precision", "fp32"),
    /** Device that the model runs on: {@code auto}, {@code cpu} or {@code gpu}. */
    DEVICE("device", "auto"),
    /** How executors get the model: {@code broadcast} or {@code shared}. */
    MODEL_DISTRIBUTION("modelDistribution", "broadcast"),
    /** Images with more pixels get the status {@code too_large}. */
    MAX_PIXELS("maxPixels", "178956970"),
    /** Images with more encoded bytes get the status {@code too_large}. */
    MAX_FILE_BYTES("maxFileBytes", "268435456"),
    /** Whether the orientation in a photo's EXIF data is applied: {@code ignore} or {@code apply}. */
    EXIF_ORIENTATION("exifOrientation", "ignore"),
    /** Handling of a JPEG or PNG whose data end early: {@code reject} or {@code keep}. */
    TRUNCATED("truncated", "reject"),
    /** Views of an image whose results are averaged: {@code one}, {@code flip}, {@code five-crop} or {@code ten-crop}. */
    VIEWS("views", "one"),
    /** Whether large JPEG images are decoded at a part of their size: {@code true} or {@code false}. */
    DRAFT("draft", "false");

    /** Prefix of every key. */
    public static final String PREFIX = "spark.cardinal.";

    private final String key;
    private final @Nullable String defaultValue;

    ClassifyKey(String name, @Nullable String defaultValue) {
        this.key = PREFIX + name;
        this.defaultValue = defaultValue;
    }

    /** Returns the name of the setting in the session. */
    public String key() {
        return key;
    }

    /** Returns the value that applies if the setting is not set; null if there is no default. */
    public @Nullable String defaultValue() {
        return defaultValue;
    }

    /** Replaces command-line options in a message by the corresponding keys. */
    static String inMessage(String message) {
        String named = message;
        for (ClassifyKey key : values()) {
            named = named.replace("--" + EnumWord.of(key), key.key());
        }
        return named;
    }

    static boolean isKnown(String key) {
        return Arrays.stream(values()).anyMatch(known -> known.key.equals(key));
    }
}
