package dev.cardinal.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.CardinalExtensions;
import dev.cardinal.udf.sql.ClassifyKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds Spark's settings in {@code conf/} and {@code deploy/}, commented ones included, to what Spark reads. */
class SparkSettingsTest {
    private static final Pattern CREDENTIAL = Pattern.compile("(?i)(secret|password|token|access[._]?key)");
    private static final Pattern DOCUMENTED = Pattern.compile("--conf[ ,](spark\\.[^\\s=]+)=");
    private static final Pattern AWS_KEY = Pattern.compile("\\b(AKIA|ASIA)[A-Z0-9]{16}\\b");

    static List<Path> files() throws IOException {
        return Deploy.files("conf", "deploy").stream()
                .filter(file -> file.toString().endsWith(".conf"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "spark.executor.memoryOverhead, true",
        "spark.executor.memoryoverhead, false",
        "spark.decommission.enabled, true",
        "spark.decomission.enabled, false",
        "spark.kubernetes.container.image, true",
        "spark.kubernetes.image, false",
        "spark.kubernetes.executor.volumes.emptyDir.a.mount.path, true",
        "spark.kubernetes.executor.volumes.emptyDir.a.path, false",
        "spark.hadoop.fs.s3a.endpoint.region, true",
        "spark.hadoop.fs.s3a.bucket.photos.endpoint, true",
        "spark.hadoop.fs.s3a.endpiont, false"
    })
    void misspelledSettingsAreSeen(String key, boolean known) {
        assertThat(SparkKeys.unknown(List.of(key)).isEmpty()).isEqualTo(known);
    }

    @ParameterizedTest
    @MethodSource("files")
    void everySettingOfAFileIsOneThatSparkReads(Path file) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(Deploy.properties(file));
        all.putAll(Deploy.suggestions(file));

        assertThat(all).isNotEmpty();
        assertThat(SparkKeys.unknown(all.keySet())).isEmpty();
    }

    @Test
    void settingsOfSqlAreAllInTheirFileWithTheirDefaults() throws IOException {
        Map<String, String> defaults =
                new TreeMap<>(Map.of("spark.sql.extensions", CardinalExtensions.class.getName()));
        Set<String> others = new TreeSet<>();
        for (ClassifyKey key : ClassifyKey.values()) {
            if (key.defaultValue() == null) {
                others.add(key.key());
            } else {
                defaults.put(key.key(), key.defaultValue());
            }
        }
        Path file = Deploy.ROOT.resolve("conf/sql.conf");

        assertThat(Deploy.properties(file)).isEqualTo(defaults);
        assertThat(Deploy.suggestions(file).keySet()).isEqualTo(others);
    }

    @ParameterizedTest
    @MethodSource("dev.cardinal.job.deploy.Deploy#applications")
    void everySettingOfAManifestIsOneThatSparkReads(String name) throws IOException {
        Map<String, Object> settings = Deploy.map(Deploy.application(name), "sparkConf");

        assertThat(SparkKeys.unknown(settings.keySet())).isEmpty();
        assertThat(settings.values())
                .as("texts, as the operator's schema wants")
                .allMatch(String.class::isInstance);
    }

    @Test
    void documentedSettingsAreReadBySpark() throws IOException {
        List<String> keys = new ArrayList<>();
        for (Path file : Deploy.files("deploy")) {
            DOCUMENTED.matcher(Files.readString(file)).results().forEach(match -> keys.add(match.group(1)));
        }
        assertThat(keys).isNotEmpty();
        assertThat(SparkKeys.unknown(keys)).isEmpty();
    }

    @Test
    void noCredentialStandsInAFile() throws IOException {
        for (Path file : Deploy.files("deploy", "conf")) {
            assertThat(AWS_KEY.matcher(Files.readString(file)).find())
                    .as(file.toString())
                    .isFalse();
        }
        for (String name : Deploy.applications()) {
            Deploy.map(Deploy.application(name), "sparkConf").forEach((key, value) -> {
                if (CREDENTIAL.matcher(key).find()) {
                    assertThat(key).containsPattern("\\.secretKeyRef\\.");
                    assertThat(value).asString().matches("cardinal-s3:(access|secret)-key");
                }
            });
            assertThat(Deploy.map(Deploy.application(name), "driver").keySet())
                    .doesNotContainAnyElementsOf(Set.of("envVars", "env"));
        }
    }

    @Test
    void decommissioningIsOnWhereNodesComeAndGo() throws IOException {
        for (String key : List.of(
                "spark.decommission.enabled",
                "spark.storage.decommission.enabled",
                "spark.storage.decommission.rddBlocks.enabled",
                "spark.storage.decommission.shuffleBlocks.enabled")) {
            assertThat(Deploy.properties(Deploy.ROOT.resolve("conf/spark-defaults-kubernetes.conf")))
                    .containsEntry(key, "true");
            for (String name : Deploy.applications()) {
                assertThat(Deploy.map(Deploy.application(name), "sparkConf")).containsEntry(key, "true");
            }
        }
    }
}
