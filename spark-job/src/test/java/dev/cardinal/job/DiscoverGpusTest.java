package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@code deploy/gpu/discover-gpus.sh} with a fake nvidia-smi; Spark itself parses the output. */
class DiscoverGpusTest {
    private static final Path SCRIPT = Path.of("../deploy/gpu/discover-gpus.sh");

    @TempDir
    private Path directory;

    private Path path = Path.of("unset");

    @BeforeEach
    void makePath() throws IOException {
        path = Files.createDirectory(directory.resolve("bin"));
    }

    private record Result(int exitCode, String out, String err) {}

    @Test
    void gpusAreNumberedInPciBusOrder() throws Exception {
        nvidiaSmi("printf '00000000:AF:00.0\\n00000000:3B:00.0\\n00000000:D8:00.0\\n'");

        Result result = run();

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"0\",\"1\",\"2\"]}\n");
        ResourceInformation read = ResourceInformation.parseJson(result.out());
        assertThat(read.name()).isEqualTo("gpu");
        assertThat(read.addresses()).containsExactly("0", "1", "2");
    }

    @Test
    void oneGpuIsNumberZero() throws Exception {
        nvidiaSmi("[ \"$*\" = '--query-gpu=pci.bus_id --format=csv,noheader' ] && echo 00000000:00:1E.0");

        assertThat(run().out()).isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"0\"]}\n");
    }

    @Test
    void failsWithoutNvidiaSmi() throws Exception {
        assertFails(run(), "no nvidia-smi on PATH");
    }

    @Test
    void failsWithTheMessageOfABrokenDriver() throws Exception {
        nvidiaSmi("echo 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'; exit 9");

        assertFails(run(), "nvidia-smi failed: NVIDIA-SMI has failed because");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "echo"})
    void failsWithoutGpus(String command) throws Exception {
        nvidiaSmi(command);

        assertFails(run(), "nvidia-smi found no GPU");
    }

    @Test
    void failsIfTheOutputIsNotAListOfGpus() throws Exception {
        nvidiaSmi("echo 'No devices were found'");

        assertFails(run(), "nvidia-smi printed something other than a PCI bus id: No devices were found");
    }

    private static void assertFails(Result result, String message) {
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("discover-gpus: ").contains(message);
    }

    private void nvidiaSmi(String body) throws IOException {
        program("nvidia-smi", body);
    }

    private void program(String name, String body) throws IOException {
        Path program = Files.writeString(path.resolve(name), "#!/bin/bash\n" + body + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Runs the script with only the programs it needs on PATH, so that the result does not depend on this machine. */
    private Result run() throws IOException, InterruptedException {
        program("sort", "exec /usr/bin/sort \"$@\"");
        Path err = directory.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder("/bin/bash", SCRIPT.toString()).redirectError(err.toFile());
        builder.environment().put("PATH", path.toString());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), out, Files.readString(err));
    }
}
