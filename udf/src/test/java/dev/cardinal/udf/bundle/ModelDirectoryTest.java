package dev.cardinal.udf.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelDirectoryTest {
    @TempDir
    private Path directory;

    @Test
    void directoryOfASavedModelIsItself() throws IOException {
        create("model/saved_model.pb", "");

        assertThat(find("model")).isEqualTo("model");
    }

    @Test
    void graphFileMeansItsDirectory() throws IOException {
        create("model/saved_model.pb", "");

        assertThat(find("model/saved_model.pb")).isEqualTo("model");
    }

    @Test
    void highestVersionOfADirectoryForServingIsUsed() throws IOException {
        create("model/9/saved_model.pb", "");
        create("model/10/saved_model.pb", "");
        create("model/11/incomplete", "");
        create("model/next/saved_model.pb", "");

        assertThat(find("model")).isEqualTo("model/10");
    }

    @ParameterizedTest
    @CsvSource({"missing", "empty"})
    void whatIsNoModelIsLeftToTheReader(String name) throws IOException {
        Files.createDirectories(directory.resolve("empty"));

        assertThat(find(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        model.keras             | PK\u0003\u0004x | it is a Keras file: export it with keras.models.load_model(FILE).export(DIR)
        model.h5                | \u0089HDF        | it is an HDF5 file of Keras: export it with keras.models.load_model(FILE).export(DIR)
        frozen.pb               | x               | it is a single .pb file, probably a frozen graph: give the SavedModel
        model.tflite            | ABCDTFL3        | it is a TensorFlow Lite model
        model.onnx              | x               | it is an ONNX model: import the PyTorch checkpoint
        net.pth                 | PK\u0003\u0004x | it is a checkpoint: convert it with 'cardinal import --checkpoint net.pth'
        notes.txt               | x               | it is a file: give the directory that contains saved_model.pb
        d/saved_model.pbtxt     | x               | it contains a SavedModel as text, saved_model.pbtxt: load it with tf.saved_model.load
        d/ckpt-1.index          | x               | it contains a TensorFlow checkpoint, which has weights but no graph
        d/model.keras           | x               | it contains the Keras file model.keras
        """)
    void otherFilesAreNamed(String name, String content, String reason) throws IOException {
        create(name, content);
        String given = name.startsWith("d/") ? "d" : name;

        assertThatThrownBy(() -> find(given))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("model " + directory.resolve(given) + " is not a SavedModel: " + reason);
    }

    private void create(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String find(String name) throws IOException {
        org.apache.hadoop.fs.Path found =
                ModelDirectory.of("model", directory.resolve(name).toString(), new Configuration());
        return directory.relativize(Path.of(found.toUri().getPath())).toString();
    }
}
