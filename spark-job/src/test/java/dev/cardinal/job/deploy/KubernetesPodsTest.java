package dev.cardinal.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cardinal.job.TestSpark;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.k8s.KubernetesConf;
import org.apache.spark.deploy.k8s.SparkPod;
import org.apache.spark.deploy.k8s.submit.JavaMainAppResource;
import org.apache.spark.deploy.k8s.submit.KubernetesDriverBuilder;
import org.apache.spark.internal.config.package$;
import org.apache.spark.resource.ResourceProfile$;
import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import scala.Option;

/** The pods that Spark itself makes of the settings and manifests, without a cluster. */
class KubernetesPodsTest {
    private static final Path SETTINGS = Deploy.ROOT.resolve("conf/spark-defaults-kubernetes.conf");
    private static final String APPLICATION = "spark-application-id";
    private static final String[] ARGUMENTS = {"label", "--model", "s3a://models/a b"};

    @TempDir
    private Path directory;

    /** Spark keeps what executors ask for in one place of a process. */
    @BeforeAll
    static void stopSpark() {
        TestSpark.stop();
    }

    @AfterAll
    static void forgetWhatExecutorsAskFor() {
        ResourceProfile$.MODULE$.clearDefaultProfile();
    }

    @Test
    void settingsForSparkSubmitMakeADriverThatIsNotRootAndHasItsVolumes() throws IOException {
        JsonNode pod = driver(settings());

        assertConfined(pod);
        assertThat(pod.at("/spec/serviceAccountName").asText()).isEqualTo("cardinal");
        assertThat(pod.at("/metadata/annotations/prometheus.io~1path").asText()).isEqualTo("/metrics/prometheus/");
        JsonNode container = pod.at("/spec/containers/0");
        assertThat(container.at("/image").asText()).isEqualTo("registry.example.org/cardinal:0.2.0");
        assertThat(texts(container.at("/args")))
                .containsSubsequence(
                        "driver",
                        "--class",
                        Deploy.MAIN_CLASS,
                        "local://" + Deploy.JAR,
                        "label",
                        "--model",
                        "s3a://models/a b");
        assertThat(mounts(container))
                .containsEntry("/var/cache/cardinal", "natives")
                .containsKey("/var/data/spark");
    }

    @Test
    void settingsForSparkSubmitMakeExecutorsWithRoomForTheModelAndTimeToBeDecommissioned() throws IOException {
        JsonNode pod = executor(settings());

        assertConfined(pod);
        JsonNode container = pod.at("/spec/containers/0");
        assertThat(container.at("/resources/limits/memory").asText()).isEqualTo("10240Mi");
        assertThat(container.at("/resources/requests/cpu").asText()).isEqualTo("4");
        assertThat(container.at("/resources/limits/nvidia.com~1gpu").isMissingNode())
                .isTrue();
        assertThat(texts(container.at("/lifecycle/preStop/exec/command"))).containsExactly("/opt/decom.sh");
        assertThat(mounts(container))
                .containsEntry("/var/cache/cardinal", "natives")
                .containsKey("/var/data/spark");
        assertThat(environment(container))
                .containsEntry("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
                .containsEntry("SPARK_LOCAL_DIRS", "/var/data/spark")
                .containsValue("-Dorg.bytedeco.javacpp.cachedir=/var/cache/cardinal");
    }

    @Test
    void whatIsCommentedOutGivesExecutorsAGpuAndKeysFromASecret() throws IOException {
        Map<String, String> settings = settings();
        settings.putAll(Deploy.suggestions(SETTINGS));

        assertGpu(executor(settings));
        assertKeysComeFromASecret(executor(settings));
        assertKeysComeFromASecret(driver(settings));
        assertThat(driver(settings)
                        .at("/spec/containers/0/resources/limits/nvidia.com~1gpu")
                        .isMissingNode())
                .as("a GPU for the driver")
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("dev.cardinal.job.deploy.Deploy#applications")
    void manifestsMakeTheSamePodsAsSparkSubmit(String name) throws IOException {
        Map<String, Object> application = Deploy.application(name);
        boolean gpu = name.contains("gpu") || name.contains("scheduled");
        Map<String, String> settings = settings();
        Deploy.suggestions(SETTINGS).forEach((key, value) -> {
            if (gpu || !key.contains(".resource.gpu.")) {
                settings.put(key, value);
            }
        });
        settings.put("spark.kubernetes.container.image", (String) application.get("image"));
        Map<String, String> submitted = asTheOperatorSubmits(application);

        if (gpu) {
            assertGpu(executor(submitted));
        }
        assertKeysComeFromASecret(executor(submitted));
        assertThat(withoutTolerations(executor(submitted))).isEqualTo(executor(settings));
        assertThat(driver(submitted)).isEqualTo(driver(settings));
        String file = "spark.kubernetes.executor.podTemplateFile";
        settings.put(file, submitted.get(file));
        settings.put(file.replace("executor", "driver"), submitted.get(file.replace("executor", "driver")));
        assertThat(submitted).containsExactlyInAnyOrderEntriesOf(settings);
    }

    /** The fields of a manifest that are settings of Spark, as the operator's submission.go maps them. */
    private Map<String, String> asTheOperatorSubmits(Map<String, Object> application) throws IOException {
        Map<String, String> settings = base();
        settings.put("spark.submit.deployMode", (String) application.get("mode"));
        settings.put("spark.kubernetes.container.image", (String) application.get("image"));
        Map<String, Object> driver = Deploy.map(application, "driver");
        Map<String, Object> executor = Deploy.map(application, "executor");
        settings.put("spark.kubernetes.authenticate.driver.serviceAccountName", (String) driver.get("serviceAccount"));
        settings.put("spark.executor.instances", String.valueOf(executor.get("instances")));
        settings.put("spark.executor.memoryOverhead", (String) executor.get("memoryOverhead"));
        Map.of("driver", driver, "executor", executor).forEach((role, pod) -> {
            settings.put("spark." + role + ".cores", String.valueOf(pod.get("cores")));
            settings.put("spark." + role + ".memory", (String) pod.get("memory"));
            settings.put("spark." + role + ".extraJavaOptions", (String) pod.get("javaOptions"));
        });
        for (Map.Entry<String, Map<String, Object>> pod :
                Map.of("driver", driver, "executor", executor).entrySet()) {
            Path file = directory.resolve(pod.getKey() + ".yaml");
            Map<String, Object> template = new LinkedHashMap<>(Map.of("apiVersion", "v1", "kind", "Pod"));
            template.putAll(Deploy.map(pod.getValue(), "template"));
            Files.writeString(file, new Yaml().dump(template));
            settings.put("spark.kubernetes." + pod.getKey() + ".podTemplateFile", file.toString());
        }
        Deploy.map(application, "sparkConf").forEach((key, value) -> settings.put(key, (String) value));
        return settings;
    }

    private static Map<String, String> base() {
        return new LinkedHashMap<>(Map.of("spark.kubernetes.namespace", "cardinal"));
    }

    private static Map<String, String> settings() throws IOException {
        Map<String, String> settings = base();
        settings.putAll(Deploy.properties(SETTINGS));
        for (String role : List.of("driver", "executor")) {
            String key = "spark.kubernetes." + role + ".podTemplateFile";
            settings.put(
                    key, Deploy.ROOT.resolve(String.valueOf(settings.get(key))).toString());
        }
        return settings;
    }

    private static SparkConf conf(Map<String, String> settings) {
        SparkConf conf = new SparkConf(false)
                .setMaster("k8s://https://localhost:6443")
                .setAppName("cardinal-label")
                .set("spark.app.id", APPLICATION)
                .set("spark.kubernetes.driver.pod.name", "driver")
                .set("spark.kubernetes.executor.podNamePrefix", "cardinal");
        settings.forEach(conf::set);
        return conf;
    }

    private static JsonNode driver(Map<String, String> settings) throws IOException {
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            return json(new KubernetesDriverBuilder()
                    .buildFromFeatures(
                            KubernetesConf.createDriverConf(
                                    conf(settings),
                                    APPLICATION,
                                    new JavaMainAppResource(Option.apply("local://" + Deploy.JAR)),
                                    Deploy.MAIN_CLASS,
                                    ARGUMENTS,
                                    Option.empty()),
                            client)
                    .pod());
        }
    }

    private static JsonNode executor(Map<String, String> settings) throws IOException {
        SparkConf conf = conf(settings).set("spark.driver.host", "driver").set("spark.driver.port", "7078");
        ResourceProfile$.MODULE$.clearDefaultProfile();
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            return json(new KubernetesExecutorBuilder()
                    .buildFromFeatures(
                            KubernetesConf.createExecutorConf(
                                    conf,
                                    "1",
                                    APPLICATION,
                                    Option.empty(),
                                    ResourceProfile$.MODULE$.DEFAULT_RESOURCE_PROFILE_ID()),
                            new SecurityManager(conf, Option.empty(), package$.MODULE$.AUTH_SECRET_FILE()),
                            client,
                            ResourceProfile$.MODULE$.getOrCreateDefaultProfile(conf))
                    .pod());
        }
    }

    private static JsonNode json(SparkPod pod) throws IOException {
        String text = Serialization.asJson(new PodBuilder(pod.pod())
                .editOrNewSpec()
                .withContainers(pod.container())
                .endSpec()
                .build());
        // Names of configuration maps are made up anew each time.
        return new JsonMapper().readTree(text.replaceAll("-[0-9a-f]{16}-", "-made-up-"));
    }

    private static void assertConfined(JsonNode pod) {
        assertThat(pod.at("/spec/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/spec/securityContext/runAsUser").asInt()).isEqualTo(185);
        assertThat(pod.at("/spec/securityContext/fsGroup").asInt()).isEqualTo(185);
        assertThat(pod.at("/spec/terminationGracePeriodSeconds").asInt()).isGreaterThan(60);
        JsonNode container = pod.at("/spec/containers/0/securityContext");
        assertThat(container.at("/allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(texts(container.at("/capabilities/drop"))).containsExactly("ALL");
    }

    private static void assertGpu(JsonNode pod) {
        assertThat(pod.at("/spec/containers/0/resources/limits/nvidia.com~1gpu").asText())
                .isEqualTo("1");
    }

    private static void assertKeysComeFromASecret(JsonNode pod) {
        JsonNode environment = pod.at("/spec/containers/0/env");
        for (Map.Entry<String, String> key : Map.of(
                        "AWS_ACCESS_KEY_ID", "access-key", "AWS_SECRET_ACCESS_KEY", "secret-key")
                .entrySet()) {
            assertThat(environment).anySatisfy(variable -> {
                assertThat(variable.path("name").asText()).isEqualTo(key.getKey());
                assertThat(variable.at("/valueFrom/secretKeyRef/name").asText()).isEqualTo("cardinal-s3");
                assertThat(variable.at("/valueFrom/secretKeyRef/key").asText()).isEqualTo(key.getValue());
                assertThat(variable.has("value")).isFalse();
            });
        }
    }

    private static JsonNode withoutTolerations(JsonNode pod) {
        JsonNode copy = pod.deepCopy();
        ((ObjectNode) copy.path("spec")).remove("tolerations");
        return copy;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static Map<String, String> mounts(JsonNode container) {
        Map<String, String> mounts = new LinkedHashMap<>();
        StreamSupport.stream(container.path("volumeMounts").spliterator(), false)
                .forEach(mount -> mounts.put(
                        mount.path("mountPath").asText(), mount.path("name").asText()));
        return mounts;
    }

    private static Map<String, String> environment(JsonNode container) {
        Map<String, String> environment = new LinkedHashMap<>();
        container
                .path("env")
                .forEach(variable -> environment.put(
                        variable.path("name").asText(), variable.path("value").asText()));
        return environment;
    }
}
