package dev.cardinal.job.doctor;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What was looked at and what came of it.
 *
 * @param name what was looked at
 * @param result what came of it
 * @param finding what was found, for the user
 * @param advice what to do, null where there is nothing to
 */
public record Check(
        Name name, Result result, String finding, @Nullable String advice) {

    /** Everything that is looked at, in the order in which it is told. */
    public enum Name {
        /** Java of the driver and of executors. */
        JAVA,
        /** Spark and Cardinal, which must be the same everywhere. */
        SPARK,
        /** The executors that are there. */
        EXECUTORS,
        /** TensorFlow's native library. */
        NATIVES,
        /** The directory that it is unpacked in. */
        NATIVE_CACHE,
        /** Spark's local directories. */
        LOCAL_DIRS,
        /** Heap, and room outside of it. */
        MEMORY,
        /** What the model runs on, and its arithmetic. */
        DEVICE,
        /** The model's files. */
        MODEL,
        /** The model's golden sample, on every executor. */
        GOLDEN,
        /** The images, listed. */
        INPUT,
        /** The first images, read on executors. */
        IMAGES,
        /** The directory for predictions. */
        OUTPUT,
        /** One batch through the model alone. */
        BATCH,
        /** A sample through all stages. */
        STAGES,
        /** How long the whole input takes. */
        ESTIMATE;

        /** As it is printed: lower case with underscores. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What can come of a check. */
    public enum Result {
        /** As it should be. */
        PASS,
        /** It will do, or may not: the advice says. */
        WARN,
        /** Labelling will fail. */
        FAIL,
        /** Not looked at. */
        SKIPPED;

        /** As it is printed. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Check pass(Name name, String finding) {
        return new Check(name, Result.PASS, finding, null);
    }

    static Check warn(Name name, String finding, String advice) {
        return new Check(name, Result.WARN, finding, advice);
    }

    static Check fail(Name name, String finding, String advice) {
        return new Check(name, Result.FAIL, finding, advice);
    }

    static Check skipped(Name name, String why) {
        return new Check(name, Result.SKIPPED, why, null);
    }
}
