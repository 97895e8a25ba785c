package dev.cardinal.job.table;

import dev.cardinal.zoo.CardinalException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The name of a table in a Spark catalog, as an option has it: {@code table:CATALOG.DB.NAME}, or with a snapshot
 * {@code table:CATALOG.DB.NAME@SNAPSHOT}. A part that has other characters than letters, digits, hyphens and underscores is between
 * backquotes.
 *
 * @param parts catalog, namespace and name; at least three
 * @param version snapshot, branch or tag; null for the current state
 */
public record TableName(List<String> parts, @Nullable String version) {
    private static final String PREFIX = "table:";
    private static final String PART = "`(?:[^`]|``)+`|[\\p{L}\\p{N}_-]+";
    private static final Pattern NAME =
            Pattern.compile("((?:" + PART + ")(?:\\.(?:" + PART + ")){2,})(?:@([\\p{L}\\p{N}_.-]+))?");
    private static final Pattern PARTS = Pattern.compile(PART);
    private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}_-]+");

    public TableName {
        parts = List.copyOf(parts);
        if (parts.size() < 3) {
            throw new IllegalArgumentException("a table needs a catalog, a namespace and a name: " + parts);
        }
    }

    /** Returns whether the value of an option names a table, and not a directory. */
    public static boolean isTable(String value) {
        return value.startsWith(PREFIX);
    }

    /**
     * Parses the value of an option.
     *
     * @param option what the table is for, such as {@code output}
     * @throws CardinalException if it is not the name of a table
     */
    public static TableName parse(String option, String value) {
        Matcher name = NAME.matcher(value.substring(isTable(value) ? PREFIX.length() : 0));
        if (!isTable(value) || !name.matches()) {
            throw CardinalException.usage(option + " '" + value + "' is not the name of a table: write"
                    + " table:CATALOG.DB.NAME, with backquotes around a part that has other characters than letters,"
                    + " digits, - and _");
        }
        List<String> parts = new ArrayList<>();
        Matcher part = PARTS.matcher(name.group(1));
        while (part.find()) {
            String text = part.group();
            parts.add(
                    text.startsWith("`") ? text.substring(1, text.length() - 1).replace("``", "`") : text);
        }
        return new TableName(parts, name.group(2));
    }

    /** Returns the first part. */
    public String catalog() {
        return parts.get(0);
    }

    /** Returns the last part. */
    public String name() {
        return parts.get(parts.size() - 1);
    }

    /** Returns the table at a snapshot. */
    public TableName at(@Nullable String snapshot) {
        return new TableName(parts, snapshot);
    }

    /** Returns the name in SQL, without the snapshot. */
    String quoted() {
        return quoted(parts);
    }

    /** Returns the name in SQL without the catalog, as procedures take it. */
    String quotedInCatalog() {
        return quoted(parts.subList(1, parts.size()));
    }

    private static String quoted(List<String> parts) {
        return parts.stream().map(TableName::quoted).collect(Collectors.joining("."));
    }

    private static String quoted(String part) {
        return "`" + part.replace("`", "``") + "`";
    }

    /** Returns the value of an option that names this table. */
    @Override
    public String toString() {
        return PREFIX
                + parts.stream()
                        .map(part -> PLAIN.matcher(part).matches() ? part : quoted(part))
                        .collect(Collectors.joining("."))
                + (version == null ? "" : "@" + version);
    }
}
