package dev.cardinal.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks the commands in the pages of {@code deploy/} and in its script for spark-submit against the command line. */
class DeployDocsTest {
    private static final String COMMAND = "((?:label|import|evaluate|select)\\b[^'\\n]*)";
    private static final List<Pattern> PLAIN = List.of(
            Pattern.compile("(?m)^[^#\\n]*(?:local/cardinal|kubernetes/submit) " + COMMAND),
            Pattern.compile("(?m)^[^#\\n]*cardinal\\.jar " + COMMAND),
            Pattern.compile(" -- " + COMMAND));
    private static final List<Pattern> LISTED = List.of(
            Pattern.compile("cardinal\\.jar,(label,[^\\]]*)\\]"), Pattern.compile("\"parameters\": \\[([^\\]]*)\\]"));
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)");

    @TempDir
    private Path directory;

    private static List<Path> pages() throws IOException {
        return Deploy.files("deploy").stream()
                .filter(file -> file.endsWith("README.md"))
                .toList();
    }

    @Test
    void everyCommandOfAPageParses() throws IOException {
        List<List<String>> commands = new ArrayList<>();
        for (Path page : pages()) {
            String text = Files.readString(page).replaceAll(" *\\\\\n *", " ");
            for (Pattern pattern : PLAIN) {
                pattern.matcher(text)
                        .results()
                        .forEach(match ->
                                commands.add(List.of(match.group(1).strip().split(" +"))));
            }
            for (Pattern pattern : LISTED) {
                pattern.matcher(text)
                        .results()
                        .forEach(match -> commands.add(
                                List.of(match.group(1).replace("\"", "").split(", *"))));
            }
        }

        assertThat(commands).hasSizeGreaterThanOrEqualTo(6);
        commands.forEach(Deploy::assertParses);
    }

    @Test
    void everyOptionOfTheClusterScriptInAPageIsOne() throws Exception {
        Deploy.Result help = Deploy.run(
                directory,
                Map.of(),
                List.of(Deploy.ROOT.resolve("deploy/standalone/cluster").toString(), "--help"));
        TreeSet<String> used = new TreeSet<>();
        List<Path> documents = Stream.concat(pages().stream(), Deploy.files("docs").stream())
                .filter(file -> file.toString().endsWith(".md"))
                .toList();
        for (Path page : documents) {
            Matcher line = Pattern.compile("standalone/cluster (?:start|join|stop|status)(.*)")
                    .matcher(Files.readString(page));
            while (line.find()) {
                Pattern.compile("--[a-z-]+")
                        .matcher(line.group(1))
                        .results()
                        .forEach(option -> used.add(option.group()));
            }
        }

        assertThat(used).isNotEmpty().allSatisfy(option -> assertThat(help.out())
                .contains("  " + option + " "));
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        for (Path page : pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                assertThat(page.resolveSibling(link.group(1)))
                        .as(page.toString())
                        .exists();
            }
        }
    }

    @Test
    void theSubmitScriptGivesSparkSubmitTheSettingsAndTheCommand() throws Exception {
        Path submit =
                Files.createDirectories(directory.resolve("spark home/bin")).resolve("spark-submit");
        Files.writeString(submit, "#!/bin/sh\npwd\nfor argument; do echo \"$argument\"; done\n");
        assertThat(submit.toFile().setExecutable(true)).isTrue();

        Deploy.Result result = submit(Map.of(
                "SPARK_HOME", directory.resolve("spark home").toString(),
                "CARDINAL_MASTER", "k8s://https://localhost:6443",
                "CARDINAL_IMAGE", "registry.example.org/cardinal:1",
                "CARDINAL_SPARK_OPTS", "--conf spark.executor.instances=2"));

        assertThat(result.exitCode()).as(result.err()).isZero();
        List<String> lines = result.out().lines().toList();
        assertThat(lines.get(0)).isEqualTo(Deploy.ROOT.toRealPath().toString());
        assertThat(lines.subList(1, lines.size()))
                .containsExactly(
                        "--master",
                        "k8s://https://localhost:6443",
                        "--name",
                        "cardinal-label",
                        "--properties-file",
                        "conf/spark-defaults-kubernetes.conf",
                        "--class",
                        Deploy.MAIN_CLASS,
                        "--conf",
                        "spark.kubernetes.container.image=registry.example.org/cardinal:1",
                        "--conf",
                        "spark.executor.instances=2",
                        "local://" + Deploy.JAR,
                        "label",
                        "--model",
                        "s3a://models/a b");
    }

    @Test
    void theSubmitScriptSaysWhatItNeeds() throws Exception {
        Deploy.Result result = submit(Map.of("SPARK_HOME", "", "CARDINAL_MASTER", ""));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).isEqualTo("submit: SPARK_HOME must name an installation of Spark 4.0, 4.1 or 4.2\n");
    }

    private Deploy.Result submit(Map<String, String> environment) throws Exception {
        return Deploy.run(
                directory,
                environment,
                List.of(Deploy.KUBERNETES.resolve("submit").toString(), "label", "--model", "s3a://models/a b"));
    }
}
