package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.Preprocessing;
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
 * A process of its own for work whose memory is watched. Its heap is of one size from the start, and it has neither the
 * optimizing compiler nor malloc's arena for each thread, whose memory comes and goes: what still grows is a leak.
 */
public final class SoakProcess {
    private static final int TAIL = 2_000;

    /** What torchvision does for ImageNet. */
    static final Preprocessing TORCHVISION = new Preprocessing(
            256,
            224,
            Preprocessing.Interpolation.PILLOW_BILINEAR,
            Preprocessing.CropRounding.HALF_EVEN,
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225));

    private SoakProcess() {}

    /** Runs a main class, which must end within the time and print {@code name=value} lines, and returns those. */
    public static Map<String, String> run(Path folder, Class<?> main, long timeoutSeconds, String... arguments)
            throws IOException, InterruptedException {
        return run(folder, List.of("-Xms512m", "-Xmx512m"), main, timeoutSeconds, arguments);
    }

    /** The same with another heap. */
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
        // Spark needs what the tests' own JVM is given.
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

    /** VmRSS of this process, from Linux. */
    public static long residentBytes() throws IOException {
        return status("VmRSS:");
    }

    /** The most that VmRSS of this process has been. */
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
