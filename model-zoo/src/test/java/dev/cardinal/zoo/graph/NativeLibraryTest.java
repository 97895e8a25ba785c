package dev.cardinal.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class NativeLibraryTest {
    @Test
    void libraryLoadsAndReportsItsVersion() {
        assertThat(NativeLibrary.load()).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void libraryIsUnpackedIntoTheFirstExistingCacheDirectory() throws IOException {
        NativeLibrary.load();

        Path first = NativeLibrary.cacheDirectories(System.getProperties()).stream()
                .filter(Files::isWritable)
                .findFirst()
                .orElseThrow();
        assertThat(first).isDirectoryContaining("glob:**/tensorflow-core-native-*");
    }

    @Test
    void directoryOfTheUserComesFirst() {
        Properties system = new Properties();
        system.setProperty("org.bytedeco.javacpp.cachedir", "/scratch/natives");
        system.setProperty("user.home", "/home/ada");
        system.setProperty("user.name", "ada");
        system.setProperty("java.io.tmpdir", "/tmp");

        assertThat(NativeLibrary.cacheDirectories(system))
                .containsExactly(
                        Path.of("/scratch/natives"),
                        Path.of("/home/ada/.javacpp/cache"),
                        Path.of("/tmp/.javacpp-ada/cache"));
    }
}
