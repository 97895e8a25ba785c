package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.card.Preprocessing;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Runs a main class in a separate process whose memory is measured. The size of its heap is fixed, and it runs without the
 * optimizing compiler and without one malloc arena per thread, whose memory use varies; memory that still grows is a leak.
 */
public final class SoakProcess {
    private static final int TAIL = 2_000;

    /** The preprocessing of torchvision for ImageNet. */
    public static final Preprocessing TORCHVISION = new Preprocessing(
            256,
            224,
            Preprocessing.Interpolation.PILLOW_BILINEAR,
            Preprocessing.CropRounding.HALF_EVEN,
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225));

    private SoakProcess() {}

    /** Runs a main class, which must end within the time limit, and returns the {@code name=value} lines that it prints. */
    public static Map<String, String> run(Path folder, Class<?> main, long timeoutSeconds, String... arguments)
            throws IOException, InterruptedException {
        return run(folder, List.of("-Xms512m", "-Xmx512m"), main, timeoutSeconds, arguments);
    }

    /** Runs a main class with these heap options. */
    public static Map<String, String> run(
            Path folder, List<String> heap, Class<?> main, long timeoutSeconds, String... arguments)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Path log = folder.resolve("log.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseParallelGC",
                "-XX:+AlwaysPreTouch",
                "-XX:TieredStopAtLevel=1",
                "-Djava.awt.headless=true"));
        command.addAll(heap);
        // Spark needs the same options as in the JVM of the tests.
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-opens"))
                .toList());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(log.toFile());
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(timeoutSeconds, TimeUnit.SECONDS))
                    .as("ends in time")
                    .isTrue();
            assertThat(process.exitValue()).as("exit code; %s", tail(log)).isZero();
        } finally {
            process.destroyForcibly();
        }
        System.out.println(List.of(arguments) + ": " + Files.readString(output).replace('\n', ' '));
        return Files.readAllLines(output).stream()
                .filter(line -> line.contains("="))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    /** Returns the resident memory of this process: VmRSS, from Linux. */
    public static long residentBytes() throws IOException {
        return status("VmRSS:");
    }

    /** Returns the peak resident memory of this process: VmHWM. */
    public static long peakResidentBytes() throws IOException {
        return status("VmHWM:");
    }

    private static long status(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    private static String tail(Path log) throws IOException {
        String text = Files.readString(log);
        return text.substring(Math.max(0, text.length() - TAIL));
    }
}
