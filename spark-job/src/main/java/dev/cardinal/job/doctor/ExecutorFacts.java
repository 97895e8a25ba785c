package dev.cardinal.job.doctor;

import dev.cardinal.job.Versions;
import dev.cardinal.zoo.graph.NativeLibrary;
import java.io.IOException;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.jspecify.annotations.Nullable;

/**
 * What a process has, as far as labelling in it depends on it; found without TensorFlow.
 *
 * @param java version
 * @param spark version
 * @param cardinal version
 * @param nativeCache where TensorFlow's native library is unpacked
 * @param passedOver directories that would be taken for it before that one, but cannot be written to
 * @param localDirectories Spark's, for blocks and models
 * @param heapBytes largest size of the Java heap
 * @param machineBytes memory of the machine, or of the container that the process may use
 * @param gpus of the machine, as the driver of NVIDIA names them, whether or not Spark knows of them
 * @param nvidia version of that driver, null where it is not there
 * @param cudaDeviceOrder value of {@code CUDA_DEVICE_ORDER}, null where it is not set
 */
record ExecutorFacts(
        String java,
        String spark,
        String cardinal,
        DirectoryFacts nativeCache,
        List<DirectoryFacts> passedOver,
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
        passedOver = List.copyOf(passedOver);
        localDirectories = List.copyOf(localDirectories);
        gpus = List.copyOf(gpus);
    }

    /** Of this process, in which Spark runs. */
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
                memoryOfMachine(),
                gpus(DEVICES),
                nvidiaDriver(),
                System.getenv("CUDA_DEVICE_ORDER"));
    }

    private static Stream<Path> sparkDirectories() {
        List<Path> directories = new ArrayList<>(
                Arrays.stream(SparkEnv.get().blockManager().diskBlockManager().localDirsString())
                        .map(Path::of)
                        .toList());
        directories.add(Path.of(SparkFiles.getRootDirectory()));
        return directories.stream().distinct();
    }

    /** Java knows of a container's limit. */
    private static long memoryOfMachine() {
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
        } catch (IOException e) { // another system than Linux
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
}
