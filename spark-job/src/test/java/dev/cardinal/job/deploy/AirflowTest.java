package dev.cardinal.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@code deploy/airflow} with Python, if it is installed; stand-ins for Airflow are in src/test/fixtures/airflow_dag.py. */
class AirflowTest {
    private static final Path FOLDER = Deploy.ROOT.resolve("deploy/airflow");
    private static final Path DAG = FOLDER.resolve("cardinal_pseudo_labels.py");
    private static final Path GATE = FOLDER.resolve("cardinal_gate.py");

    @TempDir
    private Path directory;

    private static JsonNode dag = MissingNode.getInstance();

    @BeforeAll
    static void readDag() throws Exception {
        Deploy.assumeInstalled("python3");
        dag = read();
    }

    @Test
    void everyFileIsPython() throws Exception {
        for (Path file : Deploy.files("deploy/airflow")) {
            if (file.toString().endsWith(".py")) {
                Path compiled = directory.resolve(file.getFileName() + "c");
                Deploy.Result result = Deploy.run(
                        directory,
                        Map.of(),
                        List.of(
                                "python3",
                                "-c",
                                "import py_compile, sys; py_compile.compile(sys.argv[1], sys.argv[2], doraise=True)",
                                file.toString(),
                                compiled.toString()));

                assertThat(result.exitCode()).as(result.err()).isZero();
            }
        }
    }

    @Test
    void labelThenEvaluateThenTheGateThenSelect() throws Exception {
        Map<String, List<String>> upstream = new LinkedHashMap<>();
        tasks().forEach((id, task) -> upstream.put(id, texts(task.path("upstream"))));

        assertThat(upstream)
                .containsOnly(
                        Map.entry("label", List.of()),
                        Map.entry("label_held_out", List.of()),
                        Map.entry("evaluate", List.of("label_held_out")),
                        Map.entry("gate", List.of("label", "evaluate")),
                        Map.entry("select", List.of("gate")));
        assertThat(dag.path("max_active_runs").asInt())
                .as("one run at a time writes to a table")
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"label", "label_held_out", "evaluate", "select"})
    void argumentsAreACommandLine(String task) throws Exception {
        JsonNode spark = tasks().get(task);
        List<String> arguments = new ArrayList<>();
        for (String argument : texts(spark.path("application_args"))) {
            arguments.add(rendered(argument));
        }

        assertThat(arguments).noneMatch(argument -> argument.contains("{") || argument.contains(" "));
        assertThat(arguments).as("a retry of a run that exceeded it ends well").doesNotContain("--max-bad-fraction");
        assertThat(spark.path("java_class").asText()).isEqualTo(Deploy.MAIN_CLASS);
        assertThat(spark.path("application").asText()).isEqualTo(Deploy.JAR);
        Deploy.assertParses(arguments);
    }

    @Test
    void theGateReadsWhatLabelAndEvaluateWrite() throws Exception {
        List<String> gate = texts(tasks().get("gate").path("arguments"));
        List<String> label = texts(tasks().get("label").path("application_args"));
        List<String> evaluate = texts(tasks().get("evaluate").path("application_args"));

        assertThat(gate)
                .containsExactly(
                        label.get(label.indexOf("--output") + 1) + "/_cardinal/run.json",
                        evaluate.get(evaluate.indexOf("--output") + 1) + "/metrics.json");
    }

    @Test
    void theGateOfTheDagLetsGoodPredictionsThroughAndStopsOthers() throws Exception {
        Path good = run("done", 990, 10, "m@1");

        assertThat(read(good, metrics(0.80, 0.78, "m@1")).path("gate").isNull()).isTrue();
        assertThat(read(good, metrics(0.76, 0.74, "m@1")).path("gate").asText())
                .isEqualTo("top-1 is 76.00 % on 500 images, 95 % interval from 74.00 %, below 75 %");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    done          | 990 | 10 | m@1 | 0.80 | 0 |
                    gate-exceeded | 990 | 10 | m@1 | 0.80 | 0 |
                    done          | 970 | 30 | m@1 | 0.80 | 3 | 30 of 1000 images are not ok (3.00 %), more than 2 %
                    done          | 0   | 0  | m@1 | 0.80 | 3 | the predictions are empty
                    done          | 990 | 10 | m@2 | 0.80 | 3 | the predictions are from m@2, the evaluation is of m@1
                    failed        | 990 | 10 | m@1 | 0.80 | 3 | the last run of label ended as 'failed'
                    running       | 990 | 10 | m@1 | 0.80 | 3 | the last run of label ended as 'running'
                    done          | 990 | 10 | m@1 | 0.70 | 3 | top-1 is 71.00 % on 500 images
                    """)
    void theGateAsAProgram(String outcome, int ok, int bad, String model, double low, int exitCode, String message)
            throws Exception {
        Deploy.Result result = gate(run(outcome, ok, bad, model), metrics(low + 0.01, low, "m@1"));

        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        assertThat(result.err()).contains(message == null ? "" : message);
    }

    @Test
    void aFileThatIsNotThereIsNoExceededGate() throws Exception {
        Deploy.Result result = gate(directory.resolve("run.json"), metrics(0.8, 0.78, "m@1"));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).startsWith("cardinal_gate: ").contains("run.json");
    }

    private Deploy.Result gate(Path run, Path metrics) throws Exception {
        return Deploy.run(
                directory,
                Map.of(),
                List.of(
                        "python3",
                        GATE.toString(),
                        "--run",
                        run.toString(),
                        "--metrics",
                        metrics.toString(),
                        "--max-bad-fraction",
                        "0.02",
                        "--min-top1",
                        "0.75"));
    }

    private Path run(String outcome, int ok, int undecodable, String model) throws IOException {
        return Files.writeString(
                directory.resolve("run.json"), String.format(Locale.ROOT, """
                {"outcome": "%s", "counts": {"ok": %d, "undecodable": %d}, "model": {"id": "%s"}, "error": null}
                """, outcome, ok, undecodable, model));
    }

    private Path metrics(double top1, double low, String model) throws IOException {
        return Files.writeString(
                directory.resolve("metrics.json"),
                String.format(
                        Locale.ROOT,
                        "{\"model\": \"%s\", \"n\": 500, \"top1\": %s, \"top1_low\": %s}",
                        model,
                        top1,
                        low));
    }

    /** The DAG; with files of a run, what its gate says of them as well. */
    private static JsonNode read(Path... files) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "python3",
                Path.of("src/test/fixtures/airflow_dag.py").toAbsolutePath().toString(),
                DAG.toString()));
        Stream.of(files).map(Path::toString).forEach(command::add);
        Deploy.Result result = Deploy.run(FOLDER, Map.of(), command);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return new JsonMapper().readTree(result.out());
    }

    private static Map<String, JsonNode> tasks() {
        Map<String, JsonNode> tasks = new LinkedHashMap<>();
        dag.path("tasks").forEach(task -> tasks.put(task.path("task_id").asText(), task));
        return tasks;
    }

    /** A template as Airflow renders it, with the parameters' defaults. */
    private static String rendered(String template) {
        String text = template.replaceAll("\\{\\{ dag_run\\.run_after\\.strftime\\('[^']+'\\) }}", "20261122T021500Z");
        for (Map.Entry<String, JsonNode> parameter : dag.path("params").properties()) {
            text = text.replace(
                    "{{ params." + parameter.getKey() + " }}",
                    parameter.getValue().asText());
        }
        return text;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
