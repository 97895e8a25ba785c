package dev.cardinal.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks the units of {@code deploy/systemd} with systemd-analyze, if it is installed, and the command that they run. */
class SystemdTest {
    private static final Path FOLDER = Deploy.ROOT.resolve("deploy/systemd");
    private static final String SERVICE = "cardinal-label@.service";
    private static final String TIMER = "cardinal-label@.timer";

    @TempDir
    private Path directory;

    @Test
    void systemdFindsNothingWrong() throws Exception {
        Deploy.assumeInstalled("systemd-analyze");
        // systemd-analyze checks that the program exists; spark-submit does not, so this uses another one.
        String service =
                Files.readString(FOLDER.resolve(SERVICE)).replace("=/opt/spark/bin/spark-submit ", "=/bin/sh ");
        for (String name : List.of(SERVICE, "cardinal-label@photos.service")) {
            Files.writeString(directory.resolve(name), service);
        }
        for (String name : List.of(TIMER, "cardinal-label@photos.timer")) {
            Files.copy(FOLDER.resolve(TIMER), directory.resolve(name));
        }

        Deploy.Result result = Deploy.run(
                directory,
                Map.of(),
                List.of(
                        "systemd-analyze",
                        "verify",
                        directory.resolve("cardinal-label@photos.service").toString(),
                        directory.resolve("cardinal-label@photos.timer").toString()));

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.err()).doesNotContain("cardinal-label");
    }

    @Test
    void whatRunsIsACommandLineWithAConfigurationFile() throws Exception {
        Matcher line = Pattern.compile("(?m)^ExecStart=(.*)$").matcher(Files.readString(FOLDER.resolve(SERVICE)));
        assertThat(line.find()).isTrue();
        List<String> words = List.of(line.group(1).split(" ", -1));

        assertThat(words)
                .containsSubsequence("/opt/spark/bin/spark-submit", "--class", Deploy.MAIN_CLASS, Deploy.JAR, "label");
        List<String> options = new ArrayList<>(words.subList(words.indexOf(Deploy.JAR) + 1, words.size()));
        assertThat(options).containsExactly("label", "--config", "/etc/cardinal/%i.properties");
        // The file's keys are options too.
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(FOLDER.resolve("photos.properties"))) {
            file.load(reader);
        }
        List<String> arguments = new ArrayList<>(List.of("label"));
        file.forEach((key, value) -> arguments.addAll(List.of("--" + key, (String) value)));
        Deploy.assertParses(arguments);
        assertThat(file.stringPropertyNames()).contains("model", "input", "output");
    }

    @Test
    void whatATryAgainCannotMendIsNotTriedAgain() throws IOException {
        assertThat(FOLDER.resolve(SERVICE))
                .content()
                .contains("\nType=oneshot\n", "\nRestart=on-failure\n", "\nRestartPreventExitStatus=2 3\n")
                .doesNotContain("SuccessExitStatus=3", "SuccessExitStatus=2");
    }

    @Test
    void theServiceWritesOnlyWhereItsFilesSay() throws IOException {
        String service = Files.readString(FOLDER.resolve(SERVICE));

        assertThat(service)
                .contains("\nProtectSystem=strict\n", "\nNoNewPrivileges=true\n", "\nCapabilityBoundingSet=\n")
                .contains("\nStateDirectory=cardinal\n", "\nCacheDirectory=cardinal\n", "\nUser=cardinal\n")
                .doesNotContain("\nMemoryDenyWriteExecute=true");
        assertThat(Deploy.properties(FOLDER.resolve("spark-defaults.conf")).get("spark.driver.extraJavaOptions"))
                .contains("-Dorg.bytedeco.javacpp.cachedir=/var/cache/cardinal/natives");
        assertThat(FOLDER.resolve("photos.properties")).content().contains("output=/var/lib/cardinal/");
    }
}
