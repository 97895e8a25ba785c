package dev.cardinal.job.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.source.ListDialect.Syntax;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Detects how a list is written: tries several ways to read its first lines, and checks which of the files exist. Used once, on
 * the driver.
 */
final class ListDetector {
    /** Entries that are checked. */
    static final int ENTRIES = 100;

    private static final List<String> URI_NAMES = List.of(
            "uri",
            "url",
            "path",
            "file",
            "file_path",
            "filepath",
            "filename",
            "file_name",
            "image",
            "image_path",
            "s3_uri");
    private static final List<String> TRUTH_NAMES =
            List.of("truth", "label", "class", "target", "cls", "class_name", "classid", "class_id", "category");

    /** Columns of a list without a header in which paths are searched. */
    private static final int MAX_COLUMNS = 8;
    /** Entries that are checked if the usual way to read a list finds no file. */
    private static final int FEW_ENTRIES = 20;

    private static final int SHOWN = 200;

    /** The line that names the separator for Excel. */
    private static final Pattern SEPARATOR = Pattern.compile("(?i)\"?sep=.\"?");

    /** MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal. */
    private static final Pattern CHECKSUM = Pattern.compile("(?i)[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}");

    private final Path file;
    private final FieldNames fields;
    private final ManifestLookup lookup;
    private final Map<String, Boolean> existing = new HashMap<>();

    ListDetector(Path file, FieldNames fields, ManifestLookup lookup) {
        this.file = file;
        this.fields = fields;
        this.lookup = lookup;
    }

    /** Returns the column with a conventional name for URIs, or -1. */
    static int uriColumn(List<String> names) {
        return conventional(names, URI_NAMES);
    }

    /** Returns the column with a conventional name for the truth, or -1. */
    static int truthColumn(List<String> names) {
        return conventional(names, TRUTH_NAMES);
    }

    private static int conventional(List<@Nullable String> names, List<String> usual) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (name != null && usual.contains(name.strip().toLowerCase(Locale.ROOT))) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Returns how a list is written.
     *
     * @param lines its first lines
     * @throws CardinalException if none of the files that it names exists, or a column that the user names is missing
     * @throws IOException if a file system fails
     */
    ListDialect detect(List<String> lines) throws IOException {
        if (lines.isEmpty()) {
            return ListDialect.of(Syntax.LINE, 0, -1, Set.of());
        }
        int comments = comments(lines);
        if (comments > 0) {
            ListDialect found = detect(lines.subList(comments, lines.size()));
            Set<String> header = new HashSet<>(found.header());
            header.addAll(lines.subList(0, comments));
            return found.withHeader(header);
        }
        String first = lines.get(0).strip();
        List<ListDialect> candidates = first.startsWith("{") ? List.of(json(lines)) : candidates(lines);
        if (candidates.isEmpty()) {
            throw missingHeader(first);
        }
        ListDialect best = candidates.get(0);
        if (entries(best, lines, 1).isEmpty()) {
            return best; // the list has only a header
        }
        int most = 0;
        for (int i = 0; i < candidates.size(); i++) {
            ListDialect candidate = candidates.get(i);
            List<ManifestEntry> entries = entries(candidate, lines, i == 0 ? ENTRIES : FEW_ENTRIES);
            int found = existing(entries);
            if (2 * found >= entries.size() && found > most) {
                return withHeader(candidate, lines);
            }
            if (found > most) {
                most = found;
                best = candidate;
            }
        }
        if (most == 0) {
            throw nothingExists(candidates.get(0), lines);
        }
        return withHeader(best, lines);
    }

    /** Returns the number of comments before the first entry: lines that begin with # and name no file, and Excel's {@code sep=;}. */
    private int comments(List<String> lines) throws IOException {
        int comments = 0;
        while (comments < lines.size()
                && (SEPARATOR.matcher(lines.get(comments)).matches() || isComment(lines.get(comments)))) {
            comments++;
        }
        return comments;
    }

    private boolean isComment(String line) throws IOException {
        String text = line.strip();
        return text.startsWith("#")
                && existing(Stream.of(text, text.split("[,;\\t|]|\\s+(?=\\S+$)", 2)[0])
                                .map(path -> new ManifestEntry(path, null, null, null))
                                .toList())
                        == 0;
    }

    private static List<ManifestEntry> entries(ListDialect dialect, List<String> lines, int count) {
        return lines.stream()
                .map(dialect::entry)
                .filter(Objects::nonNull)
                .limit(count)
                .toList();
    }

    private int existing(List<ManifestEntry> entries) throws IOException {
        List<ManifestEntry> unknown = entries.stream()
                .filter(entry -> !existing.containsKey(entry.uri()))
                .toList();
        List<ListingEntry> found = lookup.all(unknown);
        for (int i = 0; i < unknown.size(); i++) {
            existing.put(unknown.get(i).uri(), ManifestLookup.exists(found.get(i)));
        }
        return (int) entries.stream()
                .filter(entry -> existing.getOrDefault(entry.uri(), false))
                .count();
    }

    /** Ways to read lines of text, the usual one first. */
    private List<ListDialect> candidates(List<String> lines) {
        List<ListDialect> named = new ArrayList<>();
        List<ListDialect> candidates = new ArrayList<>();
        String first = lines.get(0);
        for (Syntax syntax : syntaxes(file.getName().toLowerCase(Locale.ROOT), first)) {
            List<@Nullable String> header = ListDialect.values(syntax, first);
            boolean hasSeparator = header.size() > 1;
            if (isHeader(header)) {
                named.add(named(syntax, header, first));
            } else if (fields.image() == null && fields.label() == null) {
                for (int uri = 0; uri < Math.min(MAX_COLUMNS, header.size()); uri++) {
                    boolean isPossible = hasSeparator || syntax == Syntax.LINE || syntax == Syntax.COMMA;
                    boolean isOther =
                            syntax == Syntax.LAST_SPACE && uri > 0; // the first space divides a label and a path
                    if (isPossible && !isOther) {
                        candidates.add(ListDialect.of(syntax, uri, truth(syntax, uri, lines), Set.of()));
                    }
                }
            }
        }
        named.addAll(candidates); // names are better evidence than separators
        return named;
    }

    private static List<Syntax> syntaxes(String name, String first) {
        List<Syntax> syntaxes = new ArrayList<>();
        boolean isTab = first.contains("\t");
        if (name.contains(".tsv") || (isTab && !name.contains(".csv"))) {
            syntaxes.add(Syntax.TAB);
        } else if (name.contains(".csv")) {
            syntaxes.add(Syntax.COMMA);
        } else {
            syntaxes.add(Syntax.LINE);
        }
        addIf(first.contains(",") || first.startsWith("\""), Syntax.COMMA, syntaxes);
        addIf(first.contains(";"), Syntax.SEMICOLON, syntaxes);
        addIf(first.contains("|"), Syntax.PIPE, syntaxes);
        addIf(isTab, Syntax.TAB, syntaxes);
        addIf(true, Syntax.LAST_SPACE, syntaxes);
        addIf(true, Syntax.FIRST_SPACE, syntaxes);
        addIf(true, Syntax.LINE, syntaxes);
        return syntaxes;
    }

    private static void addIf(boolean isPossible, Syntax syntax, List<Syntax> syntaxes) {
        if (isPossible && !syntaxes.contains(syntax)) {
            syntaxes.add(syntax);
        }
    }

    private boolean isHeader(List<@Nullable String> values) {
        return uriColumn(values) >= 0 || (fields.image() != null && values.contains(fields.image()));
    }

    private ListDialect named(Syntax syntax, List<@Nullable String> header, String first) {
        int uri = column(header, fields.image(), uriColumn(header));
        int truth = column(header, fields.label(), truthColumn(header));
        return ListDialect.of(syntax, uri, truth, Set.of(first));
    }

    private int column(List<@Nullable String> header, @Nullable String named, int usual) {
        if (named != null && !header.contains(named)) {
            throw CardinalException.input("manifest " + file + " has no column " + named + ", only " + header);
        }
        return named == null ? usual : header.indexOf(named);
    }

    /**
     * Returns the column of the truth in a list without a header: the one after the path, else the one before; never line numbers or
     * checksums.
     */
    private static int truth(Syntax syntax, int uri, List<String> lines) {
        List<List<@Nullable String>> rows =
                lines.stream().map(line -> ListDialect.values(syntax, line)).toList();
        if (uri + 1 < rows.get(0).size() && !areChecksums(rows, uri + 1)) {
            return uri + 1;
        }
        return uri > 0 && !countsLines(rows, uri - 1) && !areChecksums(rows, uri - 1) ? uri - 1 : -1;
    }

    /** Returns whether all values of a column are checksums, as md5sum and sha256sum write them next to paths. */
    private static boolean areChecksums(List<List<@Nullable String>> rows, int column) {
        return rows.stream().allMatch(row -> {
            String text = column < row.size() ? row.get(column) : null;
            return text != null && CHECKSUM.matcher(text.strip()).matches();
        });
    }

    private static boolean countsLines(List<List<@Nullable String>> rows, int column) {
        for (int i = 0; i < rows.size(); i++) {
            String text = column < rows.get(i).size() ? rows.get(i).get(column) : null;
            if (text == null || !(text.equals(String.valueOf(i)) || text.equals(String.valueOf(i + 1)))) {
                return false;
            }
        }
        return true;
    }

    /** If the first line is the only one whose file does not exist, and it does not look like a path, it is a header. */
    private ListDialect withHeader(ListDialect found, List<String> lines) {
        String first = lines.get(0);
        ManifestEntry entry = found.entry(first);
        boolean isHeader = found.header().isEmpty()
                && found.syntax() != Syntax.JSON
                && lines.size() > 1
                && entry != null
                && !existing.getOrDefault(entry.uri(), false)
                && existing.getOrDefault(uri(found, lines.get(1)), false)
                && !entry.uri().contains("/")
                && entry.uri().chars().anyMatch(Character::isLetter)
                && !entry.uri().matches("(?i).*\\.[a-z0-9]{2,4}");
        if (!isHeader) {
            return found;
        }
        List<@Nullable String> names = ListDialect.values(found.syntax(), first);
        int named = truthColumn(names);
        return ListDialect.of(found.syntax(), found.uri(), named >= 0 ? named : found.truth(), Set.of(first));
    }

    private static String uri(ListDialect dialect, String line) {
        ManifestEntry entry = dialect.entry(line);
        return entry == null ? "" : entry.uri();
    }

    private ListDialect json(List<String> lines) {
        JsonNode first = ListDialect.parse(lines.get(0));
        boolean isDocument = first != null
                && lines.size() == 1
                && uriColumn(names(first)) < 0
                && StreamSupport.stream(first.spliterator(), false).anyMatch(JsonNode::isContainerNode);
        if (first == null || (isDocument && fields.image() == null)) {
            throw CardinalException.input("list " + file + " is one JSON document"
                    + (first == null ? " over several lines" : "") + ", not a list: write one object per line, such as"
                    + " {\"file_name\": \"a.png\", \"label\": \"cat\"}, or an array of them; its first line: "
                    + shown(lines.get(0)));
        }
        for (String line : lines) {
            JsonNode node = ListDialect.parse(line);
            if (node != null && hasPath(node)) {
                first = node;
                break;
            }
        }
        List<String> names = names(first);
        String uri = jsonField(first, fields.image(), names, uriColumn(names));
        if (uri != null && first.path(uri).has("path")) {
            uri += ".path";
        }
        if (uri != null && ListDialect.at(first, uri).isContainerNode()) {
            throw CardinalException.input(
                    "list " + file + ": field " + uri + " is not text: name the field with the path with"
                            + " --image-field, with a dot for a field of an object (" + uri
                            + ".file_name), or write one object per"
                            + " line, such as {\"file_name\": \"a.png\", \"label\": \"cat\"}; its first line: "
                            + shown(lines.get(0)));
        }
        if (uri == null || !ListDialect.at(first, uri).isTextual()) {
            throw CardinalException.input("list " + file + " has no field with a path, only " + String.join(", ", names)
                    + ": name it with --image-field; its first line: " + shown(lines.get(0)));
        }
        String truth = jsonField(first, fields.label(), names, truthColumn(names));
        return new ListDialect(Syntax.JSON, 0, -1, uri, truth, Set.of());
    }

    private static boolean hasPath(JsonNode object) {
        List<String> names = names(object);
        int usual = uriColumn(names);
        return usual >= 0 && !object.path(names.get(usual)).isNull();
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private @Nullable String jsonField(JsonNode object, @Nullable String named, List<String> names, int usual) {
        if (named != null && ListDialect.at(object, named).isMissingNode()) {
            throw CardinalException.input(
                    "list " + file + " has no field " + named + ", only " + String.join(", ", names));
        }
        return named != null ? named : usual < 0 ? null : names.get(usual);
    }

    private CardinalException missingHeader(String first) {
        return CardinalException.input("manifest " + file + " has no header with the column "
                + (fields.image() == null ? fields.label() : fields.image()) + "; its first line: " + shown(first));
    }

    private CardinalException nothingExists(ListDialect usual, List<String> lines) throws IOException {
        List<ManifestEntry> entries = entries(usual, lines, ENTRIES);
        ListingEntry example = lookup.of(entries.get(0));
        return CardinalException.input("list " + file + ": none of the files that its first " + entries.size()
                + " entries name exists. Read as " + usual.syntax().description() + ", its first entry is "
                + describe(example) + "; its first line: " + shown(lines.get(0)) + ". Write one path per line, absolute"
                + " or relative to the list's directory; or a path, a tab and a label; or CSV with a header such as"
                + " path,label (--image-field and --label-field name other columns)");
    }

    /** Returns an entry's path and why it is not there. */
    static String describe(ListingEntry entry) {
        FileEntry file = entry.file();
        if (file == null) {
            return "empty";
        }
        return file.path()
                + (file.problem() == null ? "" : " (" + file.problem().error() + ")");
    }

    private static String shown(String line) {
        String shown = line.strip();
        return shown.length() > SHOWN ? shown.substring(0, SHOWN) + "..." : shown;
    }
}
