package dev.cardinal.job.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OutputDirectoryTest {
    @TempDir
    private Path directory;

    @Test
    void directoryThatDoesNotExistYetIsEmpty() throws IOException {
        assertThat(entries(directory + "/a/b")).isZero();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void directoryThatMayNotBeWrittenIsAnErrorBeforeAnythingIsDone() throws IOException {
        Path mine = Files.createDirectory(directory.resolve("mine"));
        Files.setPosixFilePermissions(mine, PosixFilePermissions.fromString("r-xr-xr-x"));
        List<Path> candidates = List.of(mine, Path.of("/proc/sys")); // root may write to the first one
        Path forbidden = candidates.stream()
                .filter(each -> !Files.isWritable(each))
                .findFirst()
                .orElse(null);
        assumeThat(forbidden).isNotNull();

        assertThatThrownBy(() -> entries(forbidden + "/predictions"))
                .isInstanceOf(CardinalException.class)
                .hasMessageMatching("output " + forbidden
                        + "/predictions cannot be written: (permission denied for .*|it is on a read-only disk)");
    }

    private static int entries(String path) throws IOException {
        return OutputDirectory.entries(FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(path))
                .size();
    }
}
