package dev.cardinal.job.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of text in aligned columns. Not thread-safe. */
final class TextTable {
    private static final String RIGHT = ">";
    private static final String GAP = "  ";

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param headings of the columns; one that begins with {@code >} aligns its column to the right */
    TextTable(String... headings) {
        this.headings = List.of(headings);
        rows.add(this.headings.stream()
                .map(heading -> heading.startsWith(RIGHT) ? heading.substring(1) : heading)
                .toList());
    }

    /** Adds a row; a file name's control characters are not printed. */
    void row(String... cells) {
        rows.add(Arrays.stream(cells).map(TextTable::printable).toList());
    }

    /** A line of text without what a terminal would take for a command: control characters of ASCII and of ISO 8859. */
    static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\x80-\\x9F]", "?");
    }

    void print(PrintStream out) {
        int[] widths = new int[headings.size()];
        for (List<String> row : rows) {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                String padding = " ".repeat(widths[c] - row.get(c).length());
                line.append(c == 0 ? "" : GAP);
                line.append(headings.get(c).startsWith(RIGHT) ? padding + row.get(c) : row.get(c) + padding);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
