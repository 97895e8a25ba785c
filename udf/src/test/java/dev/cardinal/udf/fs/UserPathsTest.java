package dev.cardinal.udf.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserPathsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3a://AKIA:hunter2@photos/2026",
                "s3a://AKIA:hun/ter2@photos/2026",
                "S3A://AKIA:hunter2@photos",
                "s3://hunter2@photos/2026",
                "s3n://AKIA:hunter2@photos/a b"
            })
    void credentialsInAnS3PathAreRefusedWithoutRepeatingThem(String path) {
        assertThatThrownBy(() -> UserPaths.of("input", path))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("input is an ")
                .hasMessageContaining("fs.s3a.aws.credentials.provider")
                .hasMessageNotContainingAny("hun", "AKIA", "photos");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3a://photos/2026/12:30@noon.png",
                "abfss://container@account.dfs.core.windows.net/photos",
                "hdfs://namenode:8020/photos",
                "/photos/me@home/a b.png"
            })
    void otherPathsStayAsTheyAre(String path) {
        assertThat(UserPaths.of("input", path)).hasToString(path);
    }
}
