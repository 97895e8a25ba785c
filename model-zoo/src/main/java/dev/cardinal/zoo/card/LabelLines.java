package dev.cardinal.zoo.card;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.CsvLine;
import dev.cardinal.zoo.card.LabelFile.LabelEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads class labels from lines of text. Columns are separated by tabs, commas, semicolons or spaces; an index and a
 * WordNet id are recognized by their values in every line, the other columns by a header. A file without either has one
 * name per line.
 */
final class LabelLines {
    static final String NAMES = "one name per line";

    private static final Pattern WORDNET_ID = Pattern.compile("n\\d{8}");
    /** The ids of Open Images. */
    private static final Pattern FREEBASE_ID = Pattern.compile("/[mgt]/[0-9a-z_]{2,}");

    /** An index; programs that know missing values write 0.0. */
    private static final Pattern NUMBER = Pattern.compile("(\\d{1,9})(?:\\.0+)?");

    private static final Pattern NEGATIVE = Pattern.compile("-\\d{1,9}(?:\\.0+)?");
    /** The columns that a space can separate from a name: WordNet id and index (map_clsloc.txt), id, or index. */
    private static final List<Pattern> BY_SPACE = List.of(
            Pattern.compile("(n\\d{8})\\s+(\\d{1,9})\\s+(.+)"),
            Pattern.compile("(n\\d{8})\\s*[\\s:]\\s*(.+)"),
            Pattern.compile("(\\d{1,9})\\s*(?:[-=]>|[\\s:.)=-])\\s*(.+)"));

    /** Categories of Places365, and dictionaries without braces: a name, then its index. */
    private static final Pattern INDEX_LAST = Pattern.compile("(.+?)\\s*[\\s:=]\\s*(\\d{1,9})");

    /** A property, such as class.0=tench or label[0]: tench. */
    private static final Pattern PROPERTY = Pattern.compile("([A-Za-z_]+[._\\[ -]?)(\\d{1,9})\\]?\\s*[=:]\\s*(.+)");

    /** Headers of the first column of a table with a row for each image and a column of numbers for each class. */
    private static final Set<String> IMAGE_HEADERS =
            Set.of("filename", "file_name", "file", "image", "image_name", "image_id", "img", "path", "id");

    private static final Pattern DECIMAL = Pattern.compile("-?\\d*\\.?\\d+(?:[eE][+-]?\\d+)?");

    private static final Set<String> INDEX_HEADERS = Set.of(
            "index", "idx", "class_index", "class_idx", "label_index", "class_id", "label_id", "id", "target", "");
    private static final Set<String> ID_HEADERS =
            Set.of("id", "wnid", "synset", "synset_id", "wordnet_id", "wordnetid", "class_id", "label_id", "code");
    /** Headers of a file with one column. A class can be called "label" or "words", so these need a second word. */
    private static final Set<String> COLUMN_HEADERS =
            Set.of("class_name", "class_names", "classname", "label_name", "label_names", "class_label");

    private static final List<String> NAME_HEADERS = List.of(
            "name",
            "names",
            "class_name",
            "class_names",
            "classname",
            "label_name",
            "label_names",
            "class_label",
            "breed",
            "breeds",
            "species",
            "label",
            "labels",
            "class",
            "classes",
            "category",
            "categories",
            "words",
            "description");
    private static final List<Map.Entry<Character, String>> SEPARATORS = List.of(
            Map.entry('\t', "tab"),
            Map.entry(',', "comma"),
            Map.entry(';', "semicolon"),
            Map.entry('|', "vertical bar"));

    private final List<List<String>> rows;
    private final String separator;
    private final int index;
    private final int id;
    private final boolean isFreebase;

    private LabelLines(List<List<String>> rows, String separator) {
        this.rows = rows;
        this.separator = separator;
        this.index = column(NUMBER.asMatchPredicate());
        int wordnet = column(WORDNET_ID.asMatchPredicate());
        this.id = wordnet >= 0 ? wordnet : column(FREEBASE_ID.asMatchPredicate());
        this.isFreebase = wordnet < 0 && id >= 0;
    }

    static LabelFile read(String text) {
        return read(text.lines().map(LabelLineCleaner::trimmed).toList());
    }

    /**
     * Reads the lines below a header: the column that it names, or the only column.
     *
     * @return empty if the first line is not a header
     */
    static Optional<LabelFile> readBelowHeader(List<String> text) {
        List<String> lines = text.stream().map(LabelLineCleaner::trimmed).toList();
        for (Map.Entry<Character, String> separator : SEPARATORS) {
            List<List<String>> rows =
                    lines.stream().map(line -> split(line, separator.getKey())).toList();
            int columns = rows.get(0).size();
            if (columns > 1
                    && rows.stream().allMatch(row -> row.size() == columns)
                    && rows.get(0).stream().anyMatch(LabelLines::isNameHeader)) {
                return Optional.of(
                        new LabelLines(rows.subList(1, rows.size()), separator.getValue()).readWithHeader(rows.get(0)));
            }
        }
        return isNameHeader(LabelDocument.unquoted(lines.get(0)))
                ? Optional.of(read(lines.subList(1, lines.size())))
                : Optional.empty();
    }

    private static LabelFile read(List<String> text) {
        List<String> lines = LabelLineCleaner.clean(text);
        int blank = lines.indexOf("");
        if (blank >= 0) {
            throw CardinalException.card(
                    "line " + (blank + 1) + " is blank, but classes follow it: every line is a class");
        }
        long tabs = lines.stream().filter(line -> line.indexOf('\t') >= 0).count();
        if (tabs > 0) {
            return tabs == lines.size() ? columns(lines, '\t', "tab") : namesWithSomeIds(lines);
        }
        for (Pattern pattern : BY_SPACE) {
            List<List<String>> rows = matched(lines, pattern);
            if (rows != null && (WORDNET_ID.matcher(rows.get(0).get(0)).matches() || countsUp(rows))) {
                return new LabelLines(rows, "space").read(rows.get(0).size() - 1);
            }
        }
        List<List<String>> properties = matched(lines, PROPERTY);
        if (properties != null
                && properties.stream().map(row -> row.get(0)).distinct().count() == 1) {
            List<List<String>> indexed =
                    properties.stream().map(row -> row.subList(1, row.size())).toList();
            if (countsUp(indexed)) {
                return new LabelLines(indexed, "an equals sign or a colon").read(1);
            }
        }
        List<List<String>> named = matched(lines, INDEX_LAST);
        if (named != null && isIndexLast(named)) {
            return new LabelLines(named, "space").read(0);
        }
        LabelFile columns = readColumns(lines, ',', "comma");
        columns = columns == null ? readColumns(lines, ';', "semicolon") : columns;
        columns = columns == null ? readColumns(lines, '|', "vertical bar") : columns;
        if (columns != null) {
            return columns;
        }
        if (lines.size() > 2 && COLUMN_HEADERS.contains(lines.get(0).toLowerCase(Locale.ROOT))) {
            return LabelFile.of(
                    lines.stream()
                            .skip(1)
                            .map(line -> new LabelEntry(null, null, LabelDocument.unquoted(line)))
                            .toList(),
                    "the column " + lines.get(0),
                    null);
        }
        List<String> names = LabelLineCleaner.withoutQuotes(lines);
        return LabelFile.of(
                names.stream().map(line -> new LabelEntry(null, null, line)).toList(),
                NAMES,
                names.equals(lines) ? otherReading(lines) : null);
    }

    /** Returns whether the numbers at the ends of lines are indices: they count up, and the names differ without them. */
    private static boolean isIndexLast(List<List<String>> rows) {
        return rows.size() > 2
                && IntStream.range(0, rows.size())
                        .allMatch(i -> Long.parseLong(rows.get(i).get(1))
                                == Long.parseLong(rows.get(0).get(1)) + i)
                && Long.parseLong(rows.get(0).get(1)) <= 1
                && rows.stream().map(row -> row.get(0)).distinct().count() == rows.size();
    }

    private static @Nullable String otherReading(List<String> lines) {
        if (lines.stream().allMatch(line -> line.indexOf(',') >= 0)) {
            return "the text after a comma is part of the name, because no column contains an index or a WordNet id and"
                    + " there is no header";
        }
        if (lines.stream().allMatch(line -> line.contains(" #"))) {
            return "the text after # is part of the name";
        }
        return matched(lines, BY_SPACE.get(BY_SPACE.size() - 1)) == null
                ? null
                : "the numbers are part of the names, because they do not count from 0 or 1";
    }

    private static boolean countsUp(List<List<String>> rows) {
        List<Long> sorted =
                rows.stream().map(row -> Long.valueOf(row.get(0))).sorted().toList();
        long first = sorted.get(0);
        return first <= 1 && IntStream.range(0, sorted.size()).allMatch(i -> sorted.get(i) == first + i);
    }

    /** Returns null if nothing proves that the separator divides lines into columns. */
    private static @Nullable LabelFile readColumns(List<String> lines, char separator, String name) {
        if (!lines.stream().allMatch(line -> line.indexOf(separator) >= 0)) {
            return null;
        }
        List<List<String>> split =
                lines.stream().map(line -> split(line, separator)).toList();
        boolean even = split.stream().allMatch(row -> row.size() == split.get(0).size());
        if (even && isTableOfImages(split)) {
            List<String> classes = split.get(0).subList(1, split.get(0).size());
            return LabelFile.of(
                    classes.stream()
                            .map(each -> new LabelEntry(null, null, each))
                            .toList(),
                    "the header of a table with a column for each class, separated by " + name,
                    null);
        }
        List<List<String>> rows = even
                ? split
                : lines.stream().map(line -> splitOnce(line, separator)).toList();
        boolean proven = isHeader(rows.get(0))
                || isHeaderOfPandas(rows)
                || hasNumbersBelow(rows)
                || new LabelLines(rows, name).index >= 0
                || new LabelLines(rows, name).id >= 0;
        return proven ? columns(rows, name) : null;
    }

    /** Returns whether this is a table of one-hot labels or probabilities: a row for each image, a column of numbers for each class. */
    private static boolean isTableOfImages(List<List<String>> rows) {
        return rows.size() > 1
                && rows.get(0).size() > 2
                && IMAGE_HEADERS.contains(rows.get(0).get(0).toLowerCase(Locale.ROOT))
                && rows.stream().skip(1).allMatch(row -> row.stream().skip(1).allMatch(value -> DECIMAL.matcher(value)
                        .matches()));
    }

    private static LabelFile columns(List<String> lines, char separator, String name) {
        return columns(lines.stream().map(line -> split(line, separator)).toList(), name);
    }

    private static LabelFile columns(List<List<String>> rows, String separator) {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).size() != rows.get(0).size()) {
                throw CardinalException.card(
                        "line " + (i + 1) + " has " + rows.get(i).size() + " columns, but line 1 has "
                                + rows.get(0).size() + " (separated by " + separator + ")");
            }
        }
        boolean header = rows.size() > 1 && (isHeader(rows.get(0)) || hasNumbersBelow(rows) || isHeaderOfPandas(rows));
        return header
                ? new LabelLines(rows.subList(1, rows.size()), separator).readWithHeader(rows.get(0))
                : new LabelLines(rows, separator).read(-1);
    }

    /** Reads lines of which some have an id after a tab; this is the format that Cardinal writes. */
    private static LabelFile namesWithSomeIds(List<String> lines) {
        List<LabelEntry> entries = new ArrayList<>();
        for (String line : lines) {
            List<String> fields = split(line, '\t');
            if (fields.size() > 2) {
                throw CardinalException.card(
                        "line " + (entries.size() + 1) + " has more than one tab: write name, or name, tab and id");
            }
            entries.add(new LabelEntry(null, fields.size() == 2 ? fields.get(1) : null, fields.get(0)));
        }
        return LabelFile.of(entries, "names, some with a tab and an id", null);
    }

    private LabelFile readWithHeader(List<String> header) {
        List<String> names =
                header.stream().map(field -> field.toLowerCase(Locale.ROOT)).toList();
        requireNoNegativeIndex(names);
        int name = NAME_HEADERS.stream()
                .mapToInt(names::indexOf)
                .filter(column -> column >= 0 && column != index && column != id)
                .findFirst()
                .orElse(-1);
        if (name < 0 || !(index < 0 || INDEX_HEADERS.contains(names.get(index)) || name != index)) {
            return read(-1);
        }
        int code = id >= 0
                ? id
                : names.stream()
                        .filter(ID_HEADERS::contains)
                        .mapToInt(names::indexOf)
                        .filter(column -> column != index && column != name)
                        .findFirst()
                        .orElse(-1);
        return entries(
                index,
                code,
                name,
                "columns "
                        + String.join(
                                ", ",
                                header.stream()
                                        .filter(field -> !field.isEmpty())
                                        .toList()) + " separated by " + separator);
    }

    private void requireNoNegativeIndex(List<String> header) {
        for (int column = 0; column < header.size() && index < 0; column++) {
            int each = column;
            if (INDEX_HEADERS.contains(header.get(column))
                    && rows.stream()
                            .map(row -> row.get(each))
                            .allMatch(value -> NUMBER.matcher(value).matches()
                                    || NEGATIVE.matcher(value).matches())) {
                String negative = rows.stream()
                        .map(row -> row.get(each))
                        .filter(value -> NEGATIVE.matcher(value).matches())
                        .findFirst()
                        .orElse("");
                throw CardinalException.card("the column " + header.get(column) + " has the index " + negative
                        + ": indices must count from 0 or 1");
            }
        }
    }

    private LabelFile read(int lastIsName) {
        List<Integer> others = new ArrayList<>();
        for (int column = 0; column < rows.get(0).size(); column++) {
            if (column != index && column != id) {
                others.add(column);
            }
        }
        if (lastIsName >= 0) {
            return entries(index, id, lastIsName, described(List.of("name")));
        }
        if (others.isEmpty() && id >= 0) {
            return entries(index, -1, id, described(List.of()));
        }
        if (others.size() == 1) {
            return entries(index, id, others.get(0), described(List.of("name")));
        }
        if (others.size() == 2 && index < 0 && id < 0) {
            return entries(-1, others.get(1), others.get(0), described(List.of("name", "id")));
        }
        throw CardinalException.card(
                "line 1 has " + rows.get(0).size() + " columns separated by " + separator + ", " + rows.get(0)
                        + ", and it is unclear which one is the name: write one name per line, or name, tab and id");
    }

    private String described(List<String> others) {
        List<String> columns = new ArrayList<>();
        for (int column = 0, other = 0; column < rows.get(0).size(); column++) {
            columns.add(
                    column == index
                            ? "index"
                            : column == id ? (isFreebase ? "Freebase id" : "WordNet id") : others.get(other++));
        }
        return "lines of " + String.join(", ", columns) + " separated by " + separator;
    }

    private LabelFile entries(int index, int id, int name, String format) {
        List<LabelEntry> entries = new ArrayList<>();
        for (List<String> row : rows) {
            if (row.get(name).isBlank() || (id >= 0 && row.get(id).isBlank())) {
                throw CardinalException.card("class " + (entries.size() + 1) + " has an empty "
                        + (row.get(name).isBlank() ? "name" : "id") + ": " + row);
            }
            entries.add(new LabelEntry(
                    index < 0
                            ? null
                            : Long.valueOf(NUMBER.matcher(row.get(index)).replaceFirst("$1")),
                    id < 0 ? null : row.get(id),
                    row.get(name)));
        }
        String caution = index >= 0 && id >= 0 && separator.equals("space")
                ? "classes are in the order of the index, not of the WordNet ids, which torchvision's ImageFolder uses"
                : null;
        return LabelFile.of(entries, format, sorted(entries) ? null : caution);
    }

    private static boolean sorted(List<LabelEntry> entries) {
        List<String> ids =
                entries.stream().map(entry -> String.valueOf(entry.id())).toList();
        return ids.equals(ids.stream().sorted().toList());
    }

    /** Returns the first column whose values all match and differ from each other, or -1. A name is never an index. */
    private int column(Predicate<String> kind) {
        int columns = rows.get(0).size();
        for (int column = 0; column < columns && columns > 1; column++) {
            int each = column;
            List<String> values = rows.stream().map(row -> row.get(each)).toList();
            if (values.stream().allMatch(kind)) {
                return column;
            }
        }
        return -1;
    }

    /** Returns whether a field is the header of a column of names. */
    private static boolean isNameHeader(String field) {
        return NAME_HEADERS.contains(field.toLowerCase(Locale.ROOT).replace(' ', '_'));
    }

    private static boolean isHeader(List<String> row) {
        return row.stream()
                .map(field -> field.toLowerCase(Locale.ROOT))
                .allMatch(field ->
                        NAME_HEADERS.contains(field) || INDEX_HEADERS.contains(field) || ID_HEADERS.contains(field));
    }

    /** Returns whether a row is that of a series without a name: its index has no name, and its values have the name 0. */
    private static boolean isHeaderOfPandas(List<List<String>> rows) {
        return rows.get(0).equals(List.of("", "0"))
                && rows.stream().skip(1).noneMatch(row -> row.get(0).isEmpty());
    }

    /** Returns whether a column has numbers or WordNet ids in every line except the first, so that this is a header. */
    private static boolean hasNumbersBelow(List<List<String>> rows) {
        if (rows.size() < 3) {
            return false;
        }
        LabelLines below = new LabelLines(rows.subList(1, rows.size()), "");
        return (below.index >= 0
                        && !NUMBER.matcher(rows.get(0).get(below.index)).matches())
                || (below.id >= 0
                        && !WORDNET_ID.matcher(rows.get(0).get(below.id)).matches()
                        && !FREEBASE_ID.matcher(rows.get(0).get(below.id)).matches());
    }

    private static @Nullable List<List<String>> matched(List<String> lines, Pattern pattern) {
        List<List<String>> rows = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = pattern.matcher(line);
            if (!matcher.matches()) {
                return null;
            }
            List<String> row = new ArrayList<>();
            for (int group = 1; group <= matcher.groupCount(); group++) {
                row.add(matcher.group(group));
            }
            rows.add(row);
        }
        return rows;
    }

    private static List<String> splitOnce(String line, char separator) {
        int at = line.indexOf(separator);
        return List.of(line.substring(0, at).strip(), line.substring(at + 1).strip());
    }

    private static List<String> split(String line, char separator) {
        return CsvLine.split(line, separator).stream()
                .map(value -> value == null ? "" : value.strip())
                .toList();
    }
}
