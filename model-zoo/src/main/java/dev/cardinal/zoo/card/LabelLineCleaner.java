package dev.cardinal.zoo.card;

import dev.cardinal.zoo.CsvLine;
import java.util.List;
import java.util.regex.Pattern;

/** Removes from the lines of a label file what belongs to a list, a spreadsheet or a Markdown table, and not to the names. */
final class LabelLineCleaner {
    private static final Pattern TABLE_RULE = Pattern.compile(":?-{3,}[-:| ]*");
    private static final Pattern BULLET = Pattern.compile("[*+\u2022] ");
    private static final Pattern EXCEL_SEPARATOR = Pattern.compile("(?i)sep=.?");
    private static final Pattern EMPTY_ROW = Pattern.compile("[,;\\t ]+");
    private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"]|\"\")*\"");
    /** Values that CSV must quote: they contain a separator or quotes. */
    private static final Pattern NEEDS_QUOTES = Pattern.compile(".[^\"]*(?:[,;\t]|\"\").*.");

    private LabelLineCleaner() {}

    /** Removes everything around the rows; quotes remain, because a row may have several values in quotes. */
    static List<String> clean(List<String> lines) {
        return withoutTableBorders(withoutPunctuation(withoutSpreadsheetLines(lines)));
    }

    /** Removes spaces at both ends; a tab at the beginning remains, because it ends an empty column. */
    static String trimmed(String line) {
        String trimmed = line.stripTrailing();
        int start = 0;
        while (start < trimmed.length() && trimmed.charAt(start) == ' ') {
            start++;
        }
        return trimmed.substring(start);
    }

    /** Returns names without their quotes if all have quotes, or if those in quotes need them in CSV. */
    static List<String> withoutQuotes(List<String> lines) {
        boolean all =
                lines.stream().noneMatch(line -> LabelDocument.unquoted(line).equals(line));
        if (all && !lines.get(0).startsWith("\"")) {
            return lines.stream().map(LabelDocument::unquoted).toList();
        }
        List<String> quoted =
                lines.stream().filter(line -> line.startsWith("\"")).toList();
        return quoted.stream()
                        .allMatch(line -> QUOTED.matcher(line).matches()
                                && (all || NEEDS_QUOTES.matcher(line).find()))
                ? lines.stream()
                        .map(line -> line.startsWith("\"") ? unquoted(line) : line)
                        .toList()
                : lines;
    }

    /**
     * Removes what is around the names of lists: the comma or semicolon after every line, or every line except the last, the slash
     * after directories, and bullets.
     */
    private static List<String> withoutPunctuation(List<String> lines) {
        if (lines.size() < 2) {
            return lines;
        }
        List<String> names = lines;
        for (String end : List.of(",", ";", "/")) {
            List<String> ended = end.equals("/") ? names : names.subList(0, names.size() - 1);
            if (ended.stream().allMatch(line -> line.endsWith(end) && line.length() > 1)) {
                names = names.stream()
                        .map(line -> line.endsWith(end)
                                ? line.substring(0, line.length() - 1).stripTrailing()
                                : line)
                        .toList();
            }
        }
        return names.stream().allMatch(line -> BULLET.matcher(line).lookingAt())
                ? names.stream().map(line -> line.substring(2).strip()).toList()
                : names;
    }

    /** Removes Excel's line {@code sep=;}, and lines of separators only at the end, which are empty rows of a spreadsheet. */
    private static List<String> withoutSpreadsheetLines(List<String> lines) {
        int from = lines.size() > 1 && EXCEL_SEPARATOR.matcher(lines.get(0)).matches() ? 1 : 0;
        int to = lines.size();
        while (to > from + 1 && EMPTY_ROW.matcher(lines.get(to - 1)).matches()) {
            to--;
        }
        return lines.subList(from, to);
    }

    private static String unquoted(String line) {
        String value = CsvLine.split(line, '\n').get(0);
        return value == null ? "" : value.strip();
    }

    /** Removes the vertical bars around the rows of a Markdown table, and the line below its header. */
    private static List<String> withoutTableBorders(List<String> lines) {
        return lines.stream().allMatch(line -> line.length() > 1 && line.startsWith("|") && line.endsWith("|"))
                ? lines.stream()
                        .map(line -> line.substring(1, line.length() - 1).strip())
                        .filter(line -> !TABLE_RULE.matcher(line).matches())
                        .toList()
                : lines;
    }
}
