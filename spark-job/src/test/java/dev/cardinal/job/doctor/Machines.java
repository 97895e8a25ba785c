package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.ExecutorFacts.DirectoryFacts;
import dev.cardinal.job.doctor.ExecutorFacts.NativeRuntime;
import dev.cardinal.udf.device.DeviceFacts;
import dev.cardinal.udf.device.DeviceUse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Executors that do not exist, and their answers. */
final class Machines {
    static final Executor DRIVER = new Executor("driver", "localhost", 2, 2, List.of());
    static final Executor FIRST = new Executor("0", "left", 4, 4, List.of());
    static final Executor SECOND = new Executor("1", "right", 4, 4, List.of());

    static final long GB = 1_000_000_000;

    private Machines() {}

    /** Returns the same value for both executors. */
    static <T> Map<Executor, T> both(T value) {
        return each(executor -> value);
    }

    static <T> Map<Executor, T> each(Function<Executor, T> value) {
        Map<Executor, T> values = new LinkedHashMap<>();
        values.put(FIRST, value.apply(FIRST));
        values.put(SECOND, value.apply(SECOND));
        return values;
    }

    static DirectoryFacts directory(String path, long freeBytes, @Nullable String problem) {
        return new DirectoryFacts(path, freeBytes, problem);
    }

    /** Returns the facts of an executor that has everything it needs. */
    static ExecutorFacts facts() {
        return facts(
                "4.0.1", directory("/cache", 10 * GB, null), List.of(), directory("/local", 50 * GB, null), List.of());
    }

    static ExecutorFacts facts(
            String spark,
            DirectoryFacts cache,
            List<DirectoryFacts> unwritableCaches,
            DirectoryFacts local,
            List<String> gpus) {
        return new ExecutorFacts(
                "17.0.15",
                spark,
                "0.1.0",
                cache,
                unwritableCaches,
                List.of(local),
                4 * GB,
                16 * GB,
                gpus,
                null,
                "PCI_BUS_ID");
    }

    static NativeRuntime runtime(@Nullable DeviceUse use, @Nullable String problem) {
        return new NativeRuntime(
                "2.18.0", null, new DeviceFacts(use, problem, "Some CPU", false, use == null ? null : "fp32"), 0.5);
    }

    static DeviceUse use(String device, String precision, @Nullable String warning) {
        return new DeviceUse("0", "left", null, device, precision, warning);
    }
}
