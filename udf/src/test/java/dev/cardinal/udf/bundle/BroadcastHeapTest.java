package dev.cardinal.udf.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.FileHash;
import dev.cardinal.zoo.ImportProgress;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a bundle that is larger than the heap of the process that sends and receives it. The size can be set, for
 * example {@code -Dcardinal.broadcast.megabytes=2500}.
 */
class BroadcastHeapTest {
    private static final int MEGABYTES = Integer.getInteger("cardinal.broadcast.megabytes", 700);
    private static final long TIMEOUT_SECONDS = 120;

    /** About the smallest heap that Spark starts with. */
    private static final String HEAP = "-Xmx512m";

    private static final long TWO_CHUNKS = 64 << 20;

    @TempDir
    private Path directory;

    @Test
    void bundleLargerThanTheHeapIsCopiedWithoutFillingTheHeap() throws IOException, InterruptedException {
        Path bundle = Files.createDirectory(directory.resolve("bundle"));
        Path weights = bundle.resolve("weights");
        writeIncompressible(weights);

        Map<String, String> printed = run(bundle, directory.resolve("installed"));

        Path installed = directory.resolve("installed/fingerprint/weights");
        assertThat(FileHash.sha256(installed, ImportProgress.NONE))
                .isEqualTo(FileHash.sha256(weights, ImportProgress.NONE));
        assertThat(Long.parseLong(printed.get("sent")))
                .as("left on the driver's heap")
                .isLessThan(TWO_CHUNKS);
        assertThat(Long.parseLong(printed.get("installed")))
                .as("left on the executor's heap within the task")
                .isLessThan(TWO_CHUNKS);
    }

    /** Repeats only after 1 MiB, because Spark compresses pieces in windows of 64 KiB. */
    private static void writeIncompressible(Path file) throws IOException {
        byte[] megabyte = new byte[1 << 20];
        new Random(1).nextBytes(megabyte);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < MEGABYTES; i++) {
                megabyte[0] = (byte) i;
                out.write(megabyte);
            }
        }
    }

    private Map<String, String> run(Path bundle, Path parent) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-D"))
                .forEach(command::add);
        command.addAll(List.of(
                HEAP,
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                BroadcastHeap.class.getName(),
                bundle.toString(),
                parent.toString()));
        Path output = directory.resolve("output.txt");
        Path log = directory.resolve("log.txt");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                    .as("ends in time")
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            process.destroyForcibly();
        }
        System.out.println(Files.readString(output).replace('\n', ' '));
        return Files.readAllLines(output).stream()
                .filter(line -> line.contains("="))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }
}
