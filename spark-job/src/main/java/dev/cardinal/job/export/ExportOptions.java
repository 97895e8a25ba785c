package dev.cardinal.job.export;

import dev.cardinal.job.common.Format;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.EnumWord;
import dev.cardinal.zoo.PublicApi;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Options of an export.
 *
 * @param format format of the shards
 * @param samples what a sample contains, and how often an image is a sample
 * @param reading where images are in archives and tables
 * @param reencode how images are resized and encoded again; empty for their original bytes
 * @param shards size of the shards
 * @param seed seed of the shuffle
 * @param holdout share of the images in the split {@code holdout}, at least 0 and less than 1
 * @param maxMissing share of the samples that may be missing before the export counts as incomplete
 */
@PublicApi
public record ExportOptions(
        ExportFormat format,
        Samples samples,
        SourceReading reading,
        Optional<Reencoding> reencode,
        ShardSize shards,
        long seed,
        double holdout,
        double maxMissing) {

    public ExportOptions {
        List<String> problems = new ArrayList<>();
        if (!(holdout >= 0 && holdout < 1)) {
            problems.add(Format.format("--holdout must be at least 0 and less than 1, not %s", holdout));
        }
        if (!(maxMissing >= 0 && maxMissing <= 1)) {
            problems.add(Format.format("--max-missing must be between 0 and 1, not %s", maxMissing));
        }
        if (!problems.isEmpty()) {
            throw CardinalException.usage(problems);
        }
    }

    /** Which soft labels a sample has. */
    public enum SoftLabels {
        /** None. */
        NONE,
        /** The stored highest classes, with probabilities that add up to 1. */
        TOP_K,
        /** The probabilities of all classes, from logits. */
        LOGITS;

        /** Returns the spelling of the option's value. */
        @Override
        public String toString() {
            return EnumWord.of(this);
        }
    }

    /** How often an image that several classes selected is a sample. */
    public enum SamplesPerImage {
        /** Once, with all its classes. */
        ONCE,
        /** Once for each class. */
        EVERY_CLASS
    }

    /** What happens to classes with fewer samples than the largest. */
    public enum ExportBalance {
        /** They stay as they are. */
        NONE,
        /** Their samples are repeated until the class is as large as the largest. */
        REPEAT
    }

    /**
     * What a sample contains, and how often an image is a sample.
     *
     * @param softLabels which soft labels samples have
     * @param temperature divisor of the logits in soft labels
     * @param perImage how often an image that several classes selected is a sample
     * @param balance whether short classes are repeated
     */
    public record Samples(SoftLabels softLabels, double temperature, SamplesPerImage perImage, ExportBalance balance) {
        public Samples {
            if (!(temperature > 0) || Double.isInfinite(temperature)) {
                throw CardinalException.usage("--temperature must be a number above 0, not " + temperature);
            }
        }
    }

    /**
     * Where images are in archives and tables; the same as when they were labeled.
     *
     * @param imageField field or column with the image; empty for the container's usual one
     * @param memberExtensions extensions of the members of archives that are images; empty for the usual rule
     */
    public record SourceReading(Optional<String> imageField, List<String> memberExtensions) {
        public SourceReading {
            memberExtensions = List.copyOf(memberExtensions);
        }

        /** Returns the container's usual places. */
        public static SourceReading usual() {
            return new SourceReading(Optional.empty(), List.of());
        }
    }

    /**
     * How images are resized and encoded again, as JPEG.
     *
     * @param shorter length of the shorter edge, in pixels; a smaller image keeps its bytes
     * @param quality of the JPEG file, 1 to 100
     */
    public record Reencoding(int shorter, int quality) implements Serializable {
        /** Quality if the user names none. */
        public static final int USUAL_QUALITY = 90;

        private static final int MOST = 8192;

        public Reencoding {
            List<String> problems = new ArrayList<>();
            if (shorter < 1 || shorter > MOST) {
                problems.add("--resize-shorter must be between 1 and " + MOST + ", not " + shorter);
            }
            if (quality < 1 || quality > 100) {
                problems.add("--quality must be between 1 and 100, not " + quality);
            }
            if (!problems.isEmpty()) {
                throw CardinalException.usage(problems);
            }
        }
    }

    /**
     * Size of the shards: as many samples as fit into both limits.
     *
     * @param bytes of images in a shard, about
     * @param samples in a shard, at most
     */
    public record ShardSize(long bytes, int samples) {
        /** 512 MiB, or 10,000 samples. */
        public static final ShardSize USUAL = new ShardSize(512L << 20, 10_000);

        private static final long LEAST_BYTES = 1 << 20;

        public ShardSize {
            List<String> problems = new ArrayList<>();
            if (bytes < LEAST_BYTES) {
                problems.add("--shard-size must be at least 1m, not " + bytes + " bytes");
            }
            if (samples < 1) {
                problems.add("--shard-samples must be at least 1, not " + samples);
            }
            if (!problems.isEmpty()) {
                throw CardinalException.usage(problems);
            }
        }

        /** Returns into how many shards samples are divided. */
        int shards(long count, double meanBytes) {
            if (count == 0) {
                return 0;
            }
            double each = Math.max(1, Math.min(samples, Math.floor(bytes / Math.max(1, meanBytes))));
            return Math.toIntExact((long) Math.ceil(count / each));
        }
    }

    /** Returns options for original images in a format, each once, with all its classes. */
    public static ExportOptions of(ExportFormat format) {
        return new ExportOptions(
                format,
                new Samples(SoftLabels.NONE, 1, SamplesPerImage.ONCE, ExportBalance.NONE),
                SourceReading.usual(),
                Optional.empty(),
                ShardSize.USUAL,
                0,
                0,
                1);
    }

    /** Returns the same options with other samples. */
    public ExportOptions with(Samples other) {
        return new ExportOptions(format, other, reading, reencode, shards, seed, holdout, maxMissing);
    }

    /** Returns the same options with other shards. */
    public ExportOptions with(ShardSize other) {
        return new ExportOptions(format, samples, reading, reencode, other, seed, holdout, maxMissing);
    }
}
