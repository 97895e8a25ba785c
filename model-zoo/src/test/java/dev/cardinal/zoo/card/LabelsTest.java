package dev.cardinal.zoo.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {
    private static final List<ClassLabel> LABELS =
            List.of(new ClassLabel("great white shark", "n01484850"), new ClassLabel("crème brûlée", null));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "great white shark\tn01484850\ncrème brûlée\n",
                "great white shark\tn01484850\ncrème brûlée",
                "great white shark\tn01484850\r\ncrème brûlée\r\n",
                "\uFEFFgreat white shark\tn01484850\ncrème brûlée\n",
            })
    void lineIsANameOrANameWithAnId(String text) {
        assertThat(read(text)).isEqualTo(LABELS);
    }

    @Test
    void writtenLabelsReadBackEqual() {
        assertThat(Labels.write(LABELS)).isEqualTo("great white shark\tn01484850\ncrème brûlée\n");
        assertThat(read(Labels.write(LABELS))).isEqualTo(LABELS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"cat\n\ndog\n", "cat\n \ndog\n", "cat\n\td\n", "cat\ndog\t\n", "cat\ndog\td\te\n", "cat\na\rb\n"
            })
    void invalidLineIsNamedInTheError(String text) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("labels.txt, line 2: ");
    }

    @Test
    void lineThatIsNotUtf8IsNamedInTheError() {
        byte[] latin1 = "cat\ndog\ncrème brûlée\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> Labels.read("labels.txt", new ByteArrayInputStream(latin1)))
                .isInstanceOf(CardinalException.class)
                .hasMessage("labels.txt, line 3: not valid UTF-8");
    }

    @Test
    void emptyFileIsRejected() {
        assertThatThrownBy(() -> read(""))
                .isInstanceOf(CardinalException.class)
                .hasMessage("labels.txt is empty: it must contain one class per line");
    }

    private static List<ClassLabel> read(String text) {
        return Labels.read("labels.txt", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
