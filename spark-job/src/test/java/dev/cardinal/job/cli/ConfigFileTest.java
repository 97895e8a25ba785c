package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class ConfigFileTest {
    private final CommandSpec label = new CommandLine(new LabelCommand()).getCommandSpec();

    @TempDir
    private Path directory;

    @Test
    void optionsBecomeArguments() throws IOException {
        ConfigFile config = config("""
                # teacher
                model = /models/a b
                top-k = 5
                emit = logits,features
                include = *.{jpg,png}
                """);

        assertThat(config.problems(label)).isEmpty();
        assertThat(config.arguments(label, Set.of()))
                .containsExactly("--emit=logits,features", "--include=*.{jpg,png}", "--model=/models/a b", "--top-k=5");
    }

    @Test
    void repeatedOptionsAreOrderedByNumber() throws IOException {
        ConfigFile config = config("input.10=/c\ninput.2=/b\ninput.1=/a\n");

        assertThat(config.problems(label)).isEmpty();
        assertThat(config.arguments(label, Set.of())).containsExactly("--input=/a", "--input=/b", "--input=/c");
    }

    @Test
    void optionOnTheCommandLineReplacesAllValuesOfTheFile() throws IOException {
        ConfigFile config = config("input.1=/a\ninput.2=/b\ntop-k=5\n");

        assertThat(config.arguments(label, Set.of("input"))).containsExactly("--top-k=5");
    }

    @Test
    void flagsAreTrueOrFalse() throws IOException {
        assertThat(config("verbose=true").arguments(label, Set.of())).containsExactly("--verbose");
        assertThat(config("verbose=false").arguments(label, Set.of())).isEmpty();
        assertThat(config("verbose=yes").problems(label))
                .singleElement()
                .asString()
                .endsWith("'verbose' must be true or false, not 'yes'");
    }

    @ParameterizedTest
    @CsvSource({"topk, top-k", "inputs, input", "Model, model", "imagespercommit, images-per-commit", "version, verbose"
    })
    void errorOfAnUnknownKeyNamesTheNearest(String key, String nearest) throws IOException {
        assertThat(config(key + "=1").problems(label))
                .singleElement()
                .asString()
                .endsWith("unknown key '" + key + "', the nearest is '" + nearest + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config", "help", "version"})
    void optionsOnlyForTheCommandLineAreUnknownKeys(String key) throws IOException {
        ConfigFile config = config(key + "=true");

        assertThat(config.problems(label)).singleElement().asString().contains("unknown key '" + key + "'");
        assertThat(config.arguments(label, Set.of())).isEmpty();
    }

    @Test
    void everyProblemIsReported() throws IOException {
        ConfigFile config = config("modle=/m\ntop-k.1=1\ntop-k.2=2\nverbose=1\n");

        assertThat(config.problems(label))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).contains("unknown key 'modle', the nearest is 'model'"),
                        problem -> assertThat(problem)
                                .contains("key 'top-k' is given 2 times, but may be given only once"),
                        problem -> assertThat(problem).contains("'verbose' must be true or false"));
    }

    @Test
    void fileIsUtf8() throws IOException {
        assertThat(config("model=/größe/日本").arguments(label, Set.of())).containsExactly("--model=/größe/日本");
    }

    @Test
    void errorNamesAMissingFile() {
        Path missing = directory.resolve("missing.properties");

        assertThatThrownBy(() -> ConfigFile.read(missing))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("--config " + missing + " cannot be read");
    }

    @ParameterizedTest
    @CsvSource({"model=\\u12", "'model=\u00e9'"})
    void errorNamesAFileThatIsNotAPropertiesFile(String content) throws IOException {
        Path file = directory.resolve("broken.properties");
        Files.write(file, content.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> ConfigFile.read(file))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("--config " + file + " cannot be read");
    }

    private ConfigFile config(String text) throws IOException {
        return ConfigFile.read(Files.writeString(directory.resolve("config.properties"), text));
    }
}
