package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void columnsAreAlignedWithoutTrailingSpaces() {
        TextTable table = new TextTable("status", ">images", "for example");
        table.row("ok", "1,000", "");
        table.row("undecodable", "7", "a.png: torn");

        assertThat(print(table)).isEqualTo("""
                        status       images  for example
                        ok            1,000
                        undecodable       7  a.png: torn
                        """);
    }

    @Test
    void tableWithoutRowsHasOnlyHeadings() {
        assertThat(print(new TextTable("a", ">b"))).isEqualTo("a  b\n");
    }

    @Test
    void controlCharactersAreReplaced() {
        assertThat(TextTable.printable("a\u001b[31mb\u009b2Jc\rd\ne 日本 é")).isEqualTo("a?[31mb?2Jc?d?e 日本 é");
    }

    private static String print(TextTable table) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            table.print(out);
        }
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
