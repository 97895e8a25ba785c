package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many images in a process of their own. Its heap is of one size from the start, and it has neither the optimizing compiler nor
 * malloc's arena for each thread, whose memory comes and goes: what still grows is a leak. The long soak is
 * this test with {@code -Dcardinal.soak.images=200000}; src/test/benchmarks/README.md has its result.
 */
@EnabledOnOs(OS.LINUX)
class DecodingSoakTest {

    private static final int SOAK_IMAGES = Integer.getInteger("cardinal.soak.images", 5_000);
    private static final int DAMAGED_IMAGES = Integer.getInteger("cardinal.fuzz.images", 10_000);

    @Test
    void damagedFilesNeitherCrashNorHangNorLeak(@TempDir Path folder) throws Exception {
        Map<String, String> result = run(folder, "damaged", DAMAGED_IMAGES);

        assertThat(result).containsEntry("images", Integer.toString(DAMAGED_IMAGES));
        assertThat(Integer.parseInt(result.get("slowest_millis"))).isLessThan(2_000);
        assertThat(Double.parseDouble(result.get("growth_percent"))).isLessThan(5.0);
    }

    @Test
    void wholeFilesDoNotLeak(@TempDir Path folder) throws Exception {
        Map<String, String> result = run(folder, "whole", SOAK_IMAGES);

        assertThat(result).containsEntry("statuses", "{ok=%d}".formatted(SOAK_IMAGES));
        assertThat(Double.parseDouble(result.get("growth_percent"))).isLessThan(5.0);
    }

    private static Map<String, String> run(Path folder, String files, int images)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Path log = folder.resolve("log.txt");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms512m",
                        "-Xmx512m",
                        "-XX:+UseParallelGC",
                        "-XX:+AlwaysPreTouch",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DecodingSoak.class.getName(),
                        files,
                        Integer.toString(images))
                .redirectOutput(output.toFile())
                .redirectError(log.toFile());
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60 + images / 100, TimeUnit.SECONDS))
                    .as("ends in time")
                    .isTrue();
            assertThat(process.exitValue())
                    .as("exit code; %s", tail(log.toFile()))
                    .isZero();
        } finally {
            process.destroyForcibly();
        }
        System.out.println(files + ": " + Files.readString(output).replace('\n', ' '));
        return Files.readAllLines(output).stream()
                .filter(line -> line.contains("="))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    private static String tail(File log) throws IOException {
        String text = Files.readString(log.toPath());
        return text.substring(Math.max(0, text.length() - 2_000));
    }
}
