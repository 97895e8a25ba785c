package dev.cardinal.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.doctor.ExecutorFacts.DirectoryFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryFactsTest {
    @TempDir
    private Path directory;

    @Test
    void existingDirectoryIsLeftUnchanged() {
        DirectoryFacts facts = DirectoryFacts.of(directory);

        assertThat(facts.problem()).isNull();
        assertThat(facts.freeBytes()).isPositive();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void missingDirectoryIsNotCreated() {
        DirectoryFacts facts = DirectoryFacts.of(directory.resolve("a/b"));

        assertThat(facts.problem()).isNull();
        assertThat(directory).isEmptyDirectory();
    }

    /** Root can write anywhere except below a file. */
    @Test
    void directoryThatCannotBeCreatedIsAProblem() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        DirectoryFacts facts = DirectoryFacts.of(file.resolve("cache"));

        assertThat(facts.freeBytes()).isZero();
        assertThat(facts.obstacle(0)).startsWith(file.resolve("cache") + " cannot be written to: ");
        assertThat(file).isEmptyFile();
    }

    @Test
    void tooLittleSpaceIsAnObstacle() {
        DirectoryFacts facts = new DirectoryFacts("/cache", 100_000_000, null);

        assertThat(facts.obstacle(100_000_000)).isNull();
        assertThat(facts.obstacle(683_000_000)).isEqualTo("/cache has 100 MB free, 683 MB are needed");
    }

    @Test
    void gpusAreFoundByTheNamesOfTheirDevices() throws IOException {
        for (String name : new String[] {"nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "null"}) {
            Files.createFile(directory.resolve(name));
        }

        assertThat(ExecutorFacts.gpus(directory)).containsExactly("nvidia0", "nvidia1");
        assertThat(ExecutorFacts.gpus(directory.resolve("none"))).isEmpty();
    }
}
