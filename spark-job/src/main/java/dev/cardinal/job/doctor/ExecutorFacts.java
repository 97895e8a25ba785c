package dev.cardinal.job.doctor;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.common.Versions;
import dev.cardinal.udf.device.DeviceFacts;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.zoo.graph.NativeLibrary;
import java.io.IOException;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * What a process has that labeling depends on, determined without TensorFlow.
 *
 * @param java version
 * @param spark version
 * @param cardinal version
 * @param nativeCache directory that TensorFlow's native library is unpacked in
 * @param unwritableCaches directories that come before that one but cannot be written to
 * @param localDirectories Spark's directories for blocks and models
 * @param heapBytes maximum size of the Java heap
 * @param machineBytes memory of the machine, or of the container if it is limited
 * @param gpus GPUs of the machine, as NVIDIA's driver names them, whether or not Spark knows them
 * @param nvidia version of that driver, null if it is not installed
 * @param cudaDeviceOrder value of {@code CUDA_DEVICE_ORDER}, null if not set
 */
record ExecutorFacts(
        String java,
        String spark,
        String cardinal,
        DirectoryFacts nativeCache,
        List<DirectoryFacts> unwritableCaches,
        List<DirectoryFacts> localDirectories,
        long heapBytes,
        long machineBytes,
        List<String> gpus,
        @Nullable String nvidia,
        @Nullable String cudaDeviceOrder)
        implements Serializable {
    private static final Path DEVICES = Path.of("/dev");
    private static final Path NVIDIA = Path.of("/proc/driver/nvidia/version");

    ExecutorFacts {
        unwritableCaches = List.copyOf(unwritableCaches);
        localDirectories = List.copyOf(localDirectories);
        gpus = List.copyOf(gpus);
    }

    /** Returns the facts of this process, in which Spark must run. */
    static ExecutorFacts here() {
        List<DirectoryFacts> caches = NativeLibrary.cacheDirectories(System.getProperties()).stream()
                .map(DirectoryFacts::of)
                .toList();
        int first = 0;
        while (first < caches.size() - 1 && caches.get(first).problem() != null) {
            first++;
        }
        return new ExecutorFacts(
                Runtime.version().toString(),
                org.apache.spark.package$.MODULE$.SPARK_VERSION(),
                Versions.cardinal(),
                caches.get(first),
                caches.subList(0, first),
                sparkDirectories().map(DirectoryFacts::of).toList(),
                Runtime.getRuntime().maxMemory(),
                machineMemory(),
                gpus(DEVICES),
                nvidiaDriver(),
                System.getenv("CUDA_DEVICE_ORDER"));
    }

    private static Stream<Path> sparkDirectories() {
        String[] blocks = SparkEnv.get().blockManager().diskBlockManager().localDirsString();
        return Stream.concat(Arrays.stream(blocks), Stream.of(SparkFiles.getRootDirectory()))
                .map(Path::of)
                .distinct();
    }

    /** Returns the memory of the machine; Java takes a container's limit into account. */
    private static long machineMemory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Long.MAX_VALUE;
    }

    static List<String> gpus(Path devices) {
        try (Stream<Path> entries = Files.list(devices)) {
            return entries.map(Path::getFileName)
                    .map(Path::toString)
                    .filter(name -> name.matches("nvidia\\d+"))
                    .sorted()
                    .toList();
        } catch (IOException e) { // not Linux
            return List.of();
        }
    }

    private static @Nullable String nvidiaDriver() {
        try {
            return Files.isReadable(NVIDIA) ? Files.readAllLines(NVIDIA).get(0).replaceAll("\\s+", " ") : null;
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * Whether a process can write to a directory of the local disk.
     *
     * @param path path of the directory
     * @param freeBytes space that this user can use, 0 if there is a problem
     * @param problem why the directory cannot be written to, null if it can
     */
    record DirectoryFacts(
            String path, long freeBytes, @Nullable String problem) implements Serializable {

        /** Writes a file of one byte and deletes it. If the directory is missing, writes to its closest parent that exists. */
        static DirectoryFacts of(Path directory) {
            Path existing = directory.toAbsolutePath();
            while (existing.getParent() != null && !Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
                existing = existing.getParent();
            }
            try {
                Path probe = Files.createTempFile(existing, ".cardinal-doctor", null);
                try {
                    Files.write(probe, new byte[1]);
                } finally {
                    Files.delete(probe);
                }
                return new DirectoryFacts(
                        directory.toString(), Files.getFileStore(existing).getUsableSpace(), null);
            } catch (IOException | SecurityException e) {
                return new DirectoryFacts(directory.toString(), 0, e.toString());
            }
        }

        /** Returns why a number of bytes cannot be written to the directory, null if they can. */
        @Nullable
        String obstacle(long bytes) {
            if (problem != null) {
                return path + " cannot be written to: " + problem;
            }
            return freeBytes < bytes
                    ? path + " has " + Format.bytes(freeBytes) + " free, " + Format.bytes(bytes) + " are needed"
                    : null;
        }
    }

    /**
     * TensorFlow in an executor.
     *
     * @param tensorflow its version, null if its native library does not load
     * @param problem why the library does not load, null if it loads
     * @param device what TensorFlow would run a model on; null if the library does not load
     * @param loadSeconds time to load the library; close to 0 if it was loaded before
     */
    record NativeRuntime(
            @Nullable String tensorflow,
            @Nullable String problem,
            @Nullable DeviceFacts device,
            double loadSeconds) implements Serializable {
        private static final double NANOS_PER_SECOND = 1e9;

        /** Loads TensorFlow in the executor that runs a task. */
        static NativeRuntime load(TaskContext task, ExecutionOptions options) throws IOException {
            long start = System.nanoTime();
            try {
                String tensorflow = NativeLibrary.load();
                DeviceFacts device = DeviceFacts.of(task, options);
                return new NativeRuntime(tensorflow, null, device, (System.nanoTime() - start) / NANOS_PER_SECOND);
            } catch (LinkageError e) {
                return new NativeRuntime(null, Failures.explain(e), null, 0);
            }
        }
    }
}
