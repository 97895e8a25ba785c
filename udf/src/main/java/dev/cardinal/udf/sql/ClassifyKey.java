package dev.cardinal.udf.sql;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A setting of a Spark session that {@code classify} reads when a query is analysed. */
public enum ClassifyKey {
    /** Directory of a model bundle, on any Hadoop file system; required. */
    MODEL("model", null),
    /** File on the driver's disk with the card of a SavedModel made elsewhere; none for a bundle. */
    CARD("card", null),
    /** Predictions of an image where a call does not say how many. */
    TOP_K("topK", "10"),
    /** Images that the model classifies at once, at most. */
    BATCH_SIZE("batchSize", "32"),
    /** Arithmetic of the model: {@code auto}, {@code fp32}, {@code bf16} or {@code fp16}. */
    PRECISION("precision", "fp32"),
    /** What the model runs on: {@code auto}, {@code cpu} or {@code gpu}. */
    DEVICE("device", "auto"),
    /** How executors come by the model: {@code broadcast} or {@code shared}. */
    MODEL_DISTRIBUTION("modelDistribution", "broadcast"),
    /** Images of more pixels are {@code too_large}. */
    MAX_PIXELS("maxPixels", "178956970"),
    /** Images of more encoded bytes are {@code too_large}. */
    MAX_FILE_BYTES("maxFileBytes", "268435456"),
    /** What is done with a camera's rotation mark: {@code ignore} or {@code apply}. */
    EXIF_ORIENTATION("exifOrientation", "ignore");

    /** What every key begins with. */
    public static final String PREFIX = "spark.cardinal.";

    private final String key;
    private final @Nullable String defaultValue;

    ClassifyKey(String name, @Nullable String defaultValue) {
        this.key = PREFIX + name;
        this.defaultValue = defaultValue;
    }

    /** Its name in the session. */
    public String key() {
        return key;
    }

    /** Its value where none is set; null where there is none then. */
    public @Nullable String defaultValue() {
        return defaultValue;
    }

    /** A message about options of the command line, in terms of these keys. */
    static String inMessage(String message) {
        String named = message;
        for (ClassifyKey key : values()) {
            named = named.replace("--" + key.name().toLowerCase(Locale.ROOT).replace('_', '-'), key.key());
        }
        return named;
    }

    static boolean isKnown(String key) {
        return Arrays.stream(values()).anyMatch(known -> known.key.equals(key));
    }
}
