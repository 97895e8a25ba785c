package dev.cardinal.job.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cardinal.job.cli.CommandLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Files of {@code deploy/} and {@code conf/}, and what tests ask about them. */
final class Deploy {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    static final Path KUBERNETES = ROOT.resolve("deploy/kubernetes");
    static final String MAIN_CLASS = "dev.cardinal.job.Cardinal";
    static final String JAR = "/opt/cardinal/cardinal.jar";

    private static final Pattern PROPERTY = Pattern.compile("(#?)(spark\\.\\S+)\\s+(\\S.*)");

    private Deploy() {}

    /** Every file below folders of the repository. */
    static List<Path> files(String... folders) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String folder : folders) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.filter(Files::isRegularFile).sorted().forEach(found::add);
            }
        }
        return found;
    }

    /** The documents of a YAML file. */
    static List<Map<String, Object>> yaml(Path file) throws IOException {
        List<Map<String, Object>> documents = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(Files.readString(file))) {
            documents.add(map(document));
        }
        return documents;
    }

    /** A mapping of a YAML file. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object node) {
        assertThat(node).isInstanceOf(Map.class);
        return (Map<String, Object>) node;
    }

    /** A mapping in a mapping. */
    static Map<String, Object> map(Map<String, Object> node, String key) {
        assertThat(node).containsKey(key);
        return map(requireNonNull(node.get(key)));
    }

    /** Names of the Kubeflow manifests in {@link #KUBERNETES}. */
    static List<String> applications() {
        return List.of("spark-application.yaml", "spark-application-gpu.yaml", "scheduled-spark-application.yaml");
    }

    /** The SparkApplication of a manifest, or the one that a ScheduledSparkApplication makes. */
    static Map<String, Object> application(String name) throws IOException {
        Map<String, Object> document = yaml(KUBERNETES.resolve(name)).get(0);
        Map<String, Object> spec = map(document, "spec");
        return spec.containsKey("template") ? map(spec, "template") : spec;
    }

    /** Settings in a file for {@code --properties-file}. */
    static Map<String, String> properties(Path file) throws IOException {
        return properties(file, false);
    }

    /** Returns only the commented settings. */
    static Map<String, String> suggestions(Path file) throws IOException {
        return properties(file, true);
    }

    private static Map<String, String> properties(Path file, boolean commented) throws IOException {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            Matcher matcher = PROPERTY.matcher(line);
            if (matcher.matches() && commented != matcher.group(1).isEmpty()) {
                properties.put(matcher.group(2), matcher.group(3).strip());
            }
        }
        return properties;
    }

    /** Holds arguments to the real command line. */
    static void assertParses(List<String> arguments) {
        assertThat(arguments).isNotEmpty();
        assertThat(CommandLines.problems(arguments))
                .as(String.join(" ", arguments))
                .isEmpty();
    }

    /** What a program printed and how it ended. */
    record Result(int exitCode, String out, String err) {}

    /** Runs a program with more environment. */
    static Result run(Path directory, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path err = Files.createTempFile("program", ".err");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(directory.toFile()).redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), out, Files.readString(err));
        } finally {
            Files.delete(err);
        }
    }

    /** Skips a test where a program is not installed. */
    static void assumeInstalled(String program) {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program))),
                program + " is not installed");
    }
}
