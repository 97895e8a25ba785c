package dev.cardinal.job.doctor;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A check and its result.
 *
 * @param name what was checked
 * @param result result of the check
 * @param finding what was found, for the user
 * @param advice what to do, null if nothing
 */
public record Check(
        Name name,
        CheckResult result,
        String finding,
        @Nullable String advice) {

    /** Every check, in the order in which checks are reported. */
    public enum Name {
        /** Java of the driver and of executors. */
        JAVA,
        /** Spark and Cardinal, which must be the same everywhere. */
        SPARK,
        /** The executors that have registered. */
        EXECUTORS,
        /** TensorFlow's native library. */
        NATIVES,
        /** The directory that the native library is unpacked in. */
        NATIVE_CACHE,
        /** Spark's local directories. */
        LOCAL_DIRS,
        /** Heap and native memory. */
        MEMORY,
        /** The device that the model runs on, and its arithmetic. */
        DEVICE,
        /** The model's files. */
        MODEL,
        /** The model's golden sample, on every executor. */
        GOLDEN,
        /** The listing of the images. */
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

        /** Returns the name as it is printed: lower case with underscores. */
        @JsonValue
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The result of a check. */
    public enum CheckResult {
        /** Nothing is wrong. */
        PASS,
        /** Labeling works, or may fail: see the advice. */
        WARN,
        /** Labeling will fail. */
        FAIL,
        /** Not checked. */
        SKIPPED;

        /** Returns the result as it is printed. */
        @JsonValue
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Check pass(Name name, String finding) {
        return new Check(name, CheckResult.PASS, finding, null);
    }

    static Check warn(Name name, String finding, String advice) {
        return new Check(name, CheckResult.WARN, finding, advice);
    }

    static Check fail(Name name, String finding, String advice) {
        return new Check(name, CheckResult.FAIL, finding, advice);
    }

    static Check skipped(Name name, String reason) {
        return new Check(name, CheckResult.SKIPPED, reason, null);
    }
}
