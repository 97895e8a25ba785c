package dev.cardinal.job.doctor;

import dev.cardinal.udf.DeviceFacts;
import dev.cardinal.udf.EngineOptions;
import dev.cardinal.zoo.graph.NativeLibrary;
import java.io.IOException;
import java.io.Serializable;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * TensorFlow in an executor.
 *
 * @param tensorflow its version, null where its native library does not load
 * @param problem why it does not load, null where it does
 * @param device what it would run a model on; null where it does not load
 * @param loadSeconds that loading it took; next to nothing where it was loaded before
 */
record EngineFacts(
        @Nullable String tensorflow,
        @Nullable String problem,
        @Nullable DeviceFacts device,
        double loadSeconds) implements Serializable {
    private static final double NANOS_PER_SECOND = 1e9;

    /** Of the executor that this task runs on. */
    static EngineFacts of(TaskContext task, EngineOptions options) throws IOException {
        long start = System.nanoTime();
        try {
            String tensorflow = NativeLibrary.load();
            DeviceFacts device = DeviceFacts.of(task, options);
            return new EngineFacts(tensorflow, null, device, (System.nanoTime() - start) / NANOS_PER_SECOND);
        } catch (LinkageError e) {
            return new EngineFacts(null, Failures.explain(e), null, 0);
        }
    }
}
