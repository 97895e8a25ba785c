package dev.cardinal.job.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table of text with aligned columns. Not thread-safe. */
final class TextTable {
    private static final String RIGHT = ">";
    private static final String GAP = "  ";

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param headings headings of the columns; if one begins with {@code >}, its column is aligned to the right */
    TextTable(String... headings) {
        this.headings = List.of(headings);
        rows.add(this.headings.stream()
                .map(heading -> heading.startsWith(RIGHT) ? heading.substring(1) : heading)
                .toList());
    }

    /** Adds a row; control characters, which file names may contain, are replaced. */
    void row(String... cells) {
        rows.add(Arrays.stream(cells).map(TextTable::printable).toList());
    }

    /** Replaces the control characters of ASCII and ISO 8859 in a line, which a terminal would execute. */
    static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\x80-\\x9F]", "?");
    }

    /** Prints the headings and the rows. */
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
