package dev.cardinal.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.common.Versions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the Kubernetes manifests with the operator's types, the Dockerfiles, each other and the command line. */
class ManifestsTest {
    /** Fields of kubeflow/spark-operator's api/v1beta2/sparkapplication_types.go; template since its release 2.1. */
    private static final Set<String> SPEC = Set.of(
            "type",
            "mode",
            "sparkVersion",
            "image",
            "mainClass",
            "mainApplicationFile",
            "arguments",
            "restartPolicy",
            "timeToLiveSeconds",
            "driver",
            "executor",
            "sparkConf");

    private static final Set<String> RESTART = Set.of(
            "type",
            "onFailureRetries",
            "onFailureRetryInterval",
            "onSubmissionFailureRetries",
            "onSubmissionFailureRetryInterval");

    private static final Set<String> DRIVER = Set.of("cores", "memory", "serviceAccount", "javaOptions", "template");
    private static final Set<String> EXECUTOR =
            Set.of("instances", "cores", "memory", "memoryOverhead", "javaOptions", "template");

    static List<Path> files() throws IOException {
        return Deploy.files("deploy").stream()
                .filter(file -> file.toString().matches(".*\\.ya?ml"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyDocumentSaysWhatItIs(Path file) throws IOException {
        List<Map<String, Object>> documents = Deploy.yaml(file);

        assertThat(documents).isNotEmpty();
        assertThat(documents).allSatisfy(document -> assertThat(document).containsKeys("apiVersion", "kind"));
    }

    @ParameterizedTest
    @CsvSource({
        "spark-application.yaml, SparkApplication",
        "spark-application-gpu.yaml, SparkApplication",
        "scheduled-spark-application.yaml, ScheduledSparkApplication"
    })
    void kindsAreTheOperators(String name, String kind) throws IOException {
        List<Map<String, Object>> documents = Deploy.yaml(Deploy.KUBERNETES.resolve(name));

        assertThat(documents).hasSize(1);
        assertThat(documents.get(0))
                .containsOnlyKeys("apiVersion", "kind", "metadata", "spec")
                .containsEntry("apiVersion", "sparkoperator.k8s.io/v1beta2")
                .containsEntry("kind", kind);
        assertThat(Deploy.map(documents.get(0), "metadata")).containsEntry("namespace", "cardinal");
    }

    @ParameterizedTest
    @MethodSource("dev.cardinal.job.deploy.Deploy#applications")
    void fieldsAreTheOperators(String name) throws IOException {
        Map<String, Object> spec = Deploy.application(name);

        assertThat(spec.keySet()).isEqualTo(SPEC);
        assertThat(Deploy.map(spec, "driver").keySet()).isEqualTo(DRIVER);
        assertThat(Deploy.map(spec, "executor").keySet()).isEqualTo(EXECUTOR);
        assertThat(Deploy.map(spec, "restartPolicy").keySet()).isEqualTo(RESTART);
        assertThat(Deploy.map(spec, "restartPolicy")).containsEntry("type", "OnFailure");
        assertThat(spec).containsEntry("type", "Java").containsEntry("mode", "cluster");
    }

    @ParameterizedTest
    @MethodSource("dev.cardinal.job.deploy.Deploy#applications")
    void theJobIsTheOneThatTheImageHolds(String name) throws IOException {
        Map<String, Object> spec = Deploy.application(name);

        assertThat(spec)
                .containsEntry("mainClass", Deploy.MAIN_CLASS)
                .containsEntry("mainApplicationFile", "local://" + Deploy.JAR)
                .containsEntry("sparkVersion", Versions.all().get("spark"));
    }

    @ParameterizedTest
    @MethodSource("dev.cardinal.job.deploy.Deploy#applications")
    void argumentsAreACommandLine(String name) throws IOException {
        List<String> arguments = arguments(name);

        Deploy.assertParses(arguments);
        assertThat(arguments)
                .as("the run after one that exceeded a gate would hide it")
                .doesNotContain("--max-bad-fraction");
    }

    @Test
    void aScheduleRunsOneAtATime() throws IOException {
        Map<String, Object> spec = Deploy.map(
                Deploy.yaml(Deploy.KUBERNETES.resolve("scheduled-spark-application.yaml"))
                        .get(0),
                "spec");

        assertThat(spec)
                .containsOnlyKeys(
                        "schedule",
                        "concurrencyPolicy",
                        "successfulRunHistoryLimit",
                        "failedRunHistoryLimit",
                        "template")
                .containsEntry("concurrencyPolicy", "Forbid");
        assertThat(spec.get("schedule")).asString().matches("\\d+ \\d+ \\* \\* \\*");
    }

    /** What is true of one is true of the others, but for GPUs. */
    @Test
    void manifestsDifferInGpusAlone() throws IOException {
        Map<String, Object> cpu = Deploy.application("spark-application.yaml");
        Map<String, Object> gpu = Deploy.application("spark-application-gpu.yaml");

        assertThat(Deploy.application("scheduled-spark-application.yaml")).isEqualTo(gpu);
        Map<String, Object> settings = new LinkedHashMap<>(Deploy.map(gpu, "sparkConf"));
        assertThat(settings.remove("spark.executor.resource.gpu.vendor")).isEqualTo("nvidia.com");
        settings.keySet().removeIf(key -> key.contains(".resource.gpu."));
        assertThat(settings).isEqualTo(Deploy.map(cpu, "sparkConf"));
        assertThat(gpu.get("driver")).isEqualTo(cpu.get("driver"));
        List<String> arguments = new ArrayList<>(arguments("spark-application-gpu.yaml"));
        assertThat(arguments.remove(arguments.size() - 1)).isEqualTo("gpu");
        arguments.add("cpu");
        assertThat(arguments).isEqualTo(arguments("spark-application.yaml"));
    }

    @ParameterizedTest
    @MethodSource("dev.cardinal.job.deploy.Deploy#applications")
    void podsAreThoseOfTheTemplateForSparkSubmit(String name) throws IOException {
        Map<String, Object> template = Deploy.map(
                Deploy.yaml(Deploy.KUBERNETES.resolve("pod-template.yaml")).get(0), "spec");

        for (String role : List.of("driver", "executor")) {
            Map<String, Object> pod = new LinkedHashMap<>(
                    Deploy.map(Deploy.map(Deploy.map(Deploy.application(name), role), "template"), "spec"));
            pod.remove("tolerations");
            assertThat(pod).isEqualTo(template);
        }
    }

    @Test
    void theDriversAccountIsThereAndMayMakePods() throws IOException {
        List<Map<String, Object>> documents = Deploy.yaml(Deploy.KUBERNETES.resolve("rbac.yaml"));

        assertThat(documents)
                .extracting(document -> document.get("kind"))
                .containsExactly("Namespace", "ServiceAccount", "Role", "RoleBinding");
        assertThat(Deploy.map(documents.get(1), "metadata"))
                .containsEntry("name", "cardinal")
                .containsEntry("namespace", "cardinal");
        for (String name : Deploy.applications()) {
            assertThat(Deploy.map(Deploy.application(name), "driver")).containsEntry("serviceAccount", "cardinal");
        }
    }

    @ParameterizedTest
    @CsvSource({"Dockerfile, cardinal", "Dockerfile.gpu, cardinal-gpu"})
    void imagesHoldSparkTheJarAndNoRoot(String name, String image) throws IOException {
        String dockerfile = Files.readString(Deploy.KUBERNETES.resolve(name));

        assertThat(dockerfile)
                .contains("FROM apache/spark:" + Versions.all().get("spark") + "-scala2.13-java17-ubuntu")
                .contains("COPY --chmod=0644 spark-job/target/cardinal.jar " + Deploy.JAR + "\n")
                .contains("-t registry.example.org/" + image + ":")
                .containsPattern("(?m)^USER 185$");
        assertThat(dockerfile.lastIndexOf("USER ")).as("the last user").isEqualTo(dockerfile.indexOf("USER 185"));
    }

    @Test
    void theImageForGpusHasTheCudaThatTensorFlowAsksFor() throws IOException {
        assertThat(Deploy.KUBERNETES.resolve("Dockerfile.gpu"))
                .content()
                .contains("FROM nvidia/cuda:12.5.1-cudnn-runtime-ubuntu22.04\n")
                .contains("ENTRYPOINT [\"/opt/entrypoint.sh\"]");
    }

    @Test
    void whatImagesCopyIsInTheirContext() throws IOException {
        Set<String> copied = new TreeSet<>();
        for (String name : List.of("Dockerfile", "Dockerfile.gpu")) {
            for (String line : Files.readAllLines(Deploy.KUBERNETES.resolve(name))) {
                if (line.startsWith("COPY ") && !line.contains("--from=")) {
                    List<String> words = List.of(line.split(" +"));
                    copied.addAll(words.subList(2, words.size() - 1));
                }
            }
        }
        Set<String> context = new TreeSet<>();
        for (String line : Files.readAllLines(Deploy.ROOT.resolve(".dockerignore"))) {
            if (line.startsWith("!")) {
                context.add(line.substring(1));
            }
        }
        assertThat(copied).isEqualTo(context).contains("spark-job/target/cardinal.jar");
        copied.remove("spark-job/target/cardinal.jar");
        assertThat(copied)
                .allSatisfy(file -> assertThat(Deploy.ROOT.resolve(file)).isRegularFile());
    }

    @Test
    void imagesOfManifestsAreThoseOfTheDockerfiles() throws IOException {
        String tag = Versions.cardinal().replace("-SNAPSHOT", "");
        assertThat(Deploy.application("spark-application.yaml").get("image"))
                .isEqualTo(Deploy.properties(Deploy.ROOT.resolve("conf/spark-defaults-kubernetes.conf"))
                        .get("spark.kubernetes.container.image"))
                .isEqualTo("registry.example.org/cardinal:" + tag);
        assertThat(Deploy.application("spark-application-gpu.yaml").get("image"))
                .isEqualTo("registry.example.org/cardinal-gpu:" + tag);
    }

    private static List<String> arguments(String name) throws IOException {
        List<String> arguments = new ArrayList<>();
        assertThat(Deploy.application(name).get("arguments"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .allSatisfy(argument -> arguments.add((String) argument));
        return arguments;
    }
}
