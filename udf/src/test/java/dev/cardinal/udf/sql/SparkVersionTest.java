package dev.cardinal.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which versions of Spark are accepted. */
class SparkVersionTest {
    @ParameterizedTest
    @ValueSource(strings = {"4.0.0", "4.0.1", "4.0.2-amzn-0", "4.1", "4.1.0-SNAPSHOT", "4.2.1"})
    void patchReleasesAndVendorsBuildsOfSupportedVersionsAreAccepted(String version) {
        assertThat(SparkVersion.isSupported(version)).isTrue();
        assertThatCode(() -> SparkVersion.check(version)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5.6", "4.3.0", "4.10.0", "4.20.1", "5.0.0", "14.0.1", "40.1"})
    void otherVersionsAreRefusedByName(String version) {
        assertThat(SparkVersion.isSupported(version)).isFalse();
        assertThatThrownBy(() -> SparkVersion.check(version))
                .isInstanceOf(CardinalException.class)
                .hasMessage("Spark " + version
                        + " is not supported: this version of Cardinal runs on Spark 4.0, 4.1 and 4.2"
                        + " with Scala 2.13; use the spark-submit or the cluster of one of them");
    }

    @Test
    void theSparkOfTheseTestsIsAccepted() {
        assertThatCode(SparkVersion::check).doesNotThrowAnyException();
    }
}
