package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs shellcheck, if it is installed, on every shell script of the repository. */
class ShellScriptsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> FOLDERS =
            List.of(".ci", "deploy", "model-zoo/src/test/benchmarks", "spark-job/src/test/benchmarks");

    @Test
    void shellcheckFindsNothing() throws Exception {
        assumeTrue(isInstalled("shellcheck"), "shellcheck is not installed");
        List<String> command = new ArrayList<>(List.of("shellcheck", "--external-sources"));
        scripts().forEach(script -> command.add(script.toString()));

        Process process = new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .start();
        String found = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(found).isZero();
    }

    @Test
    void scriptsAreExecutableUnlessTheyAreSourced() throws IOException {
        List<Path> scripts = scripts();

        assertThat(scripts)
                .map(Path::toString)
                .contains(
                        "deploy/local/cardinal", "deploy/standalone/cluster", "deploy/gpu/discover-gpus.sh", ".ci/run");
        for (Path script : scripts) {
            boolean isRun = firstLine(ROOT.resolve(script)).startsWith("#!");
            assertThat(Files.isExecutable(ROOT.resolve(script)))
                    .as(script.toString())
                    .isEqualTo(isRun);
        }
    }

    /**
     * Returns the scripts below the repository's root: files with a shell in the first line, or with shellcheck's directive if
     * they are sourced.
     */
    private static List<Path> scripts() throws IOException {
        List<Path> scripts = new ArrayList<>();
        for (String folder : FOLDERS) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (firstLine(file).matches("#!.*\\b(ba)?sh|# shellcheck shell=.*")) {
                        scripts.add(ROOT.relativize(file));
                    }
                }
            }
        }
        return scripts;
    }

    private static String firstLine(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                .lines()
                .findFirst()
                .orElse("");
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
