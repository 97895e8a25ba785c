package dev.cardinal.zoo;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits a line of values between separators (RFC 4180): a value in double quotes may contain separators and doubled quotes. Spaces
 * may precede the quotes.
 */
public final class CsvLine {
    private static final String SEPARATORS = ",;\t|";

    private CsvLine() {}

    /** Returns whether a line ends within a quoted value, which continues in the next line. */
    public static boolean endsInQuotes(String line) {
        boolean isQuoted = false;
        boolean isStart = true;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && (isQuoted || isStart)) {
                isQuoted = !isQuoted;
                isStart = !isQuoted; // a doubled quote begins the rest of the value
            } else {
                isStart = !isQuoted && (SEPARATORS.indexOf(c) >= 0 || (isStart && c == ' '));
            }
        }
        return isQuoted;
    }

    /** Returns the values; null for an empty one. */
    public static List<@Nullable String> split(String line, char separator) {
        List<@Nullable String> values = new ArrayList<>();
        int at = 0;
        while (at <= line.length()) {
            StringBuilder value = new StringBuilder();
            at = quoted(line, at, value);
            int end = line.indexOf(separator, at);
            value.append(line, at, end < 0 ? line.length() : end);
            values.add(value.isEmpty() ? null : value.toString());
            at = end < 0 ? line.length() + 1 : end + 1;
        }
        return values;
    }

    /** Appends the part in quotes that begins here; returns the index after it. */
    private static int quoted(String line, int from, StringBuilder value) {
        int start = from;
        while (start < line.length() && line.charAt(start) == ' ') {
            start++;
        }
        if (start >= line.length() || line.charAt(start) != '"') {
            return from;
        }
        int at = start + 1;
        while (at < line.length()) {
            char next = line.charAt(at++);
            if (next != '"') {
                value.append(next);
            } else if (at < line.length() && line.charAt(at) == '"') {
                value.append('"');
                at++;
            } else {
                return at;
            }
        }
        return at;
    }
}
