package dev.cardinal.udf.shard;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The records of a pax extended header about the member after it that are needed here.
 *
 * @param path the member's name, or null
 * @param target the name that a link points to, or null
 * @param size bytes of its content, or null
 * @param sparse whether the archive omits its holes
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html">POSIX, 'pax Extended Header'</a>
 */
record PaxRecords(
        @Nullable String path,
        @Nullable String target,
        @Nullable Long size,
        boolean sparse) {

    static final PaxRecords NONE = new PaxRecords(null, null, null, false);

    /** Prefix of GNU tar's records of a sparse file, which contain its name; {@code path} does not. */
    private static final String SPARSE = "GNU.sparse.";

    private static final int MAX_DIGITS = 18;

    /** Adds records to earlier ones: {@code length SPACE keyword=value NEWLINE}; the length is the whole record's. */
    PaxRecords with(byte[] records) throws CorruptShardException {
        String newPath = path;
        String newTarget = target;
        String sparseName = null;
        Long newSize = size;
        boolean newSparse = sparse;
        int at = 0;
        while (at < records.length && records[at] != 0) {
            int space = indexOf(records, ' ', at, records.length);
            long length = digits(records, at, space);
            int end = (int) Math.min(Integer.MAX_VALUE, at + length);
            if (end > records.length || end <= space + 1 || records[end - 1] != '\n') {
                throw corrupt();
            }
            int equals = indexOf(records, '=', space, end);
            String keyword = text(records, space + 1, equals);
            String value = text(records, equals + 1, end - 1);
            switch (keyword) {
                case "path" -> newPath = value;
                case "linkpath" -> newTarget = value;
                case "size" -> newSize = digits(records, equals + 1, end - 1);
                case SPARSE + "name" -> sparseName = value;
                default -> newSparse |= keyword.startsWith(SPARSE);
            }
            at = end;
        }
        return new PaxRecords(
                sparseName == null ? newPath : sparseName, newTarget, newSize, newSparse || sparseName != null);
    }

    private static int indexOf(byte[] records, char wanted, int from, int to) throws CorruptShardException {
        for (int i = from; i < to; i++) {
            if (records[i] == wanted) {
                return i;
            }
        }
        throw corrupt();
    }

    private static long digits(byte[] records, int from, int to) throws CorruptShardException {
        if (to <= from || to - from > MAX_DIGITS) {
            throw corrupt();
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            if (records[i] < '0' || records[i] > '9') {
                throw corrupt();
            }
            value = 10 * value + records[i] - '0';
        }
        return value;
    }

    private static String text(byte[] records, int from, int to) {
        return new String(records, from, to - from, StandardCharsets.UTF_8);
    }

    private static CorruptShardException corrupt() {
        return new CorruptShardException("a pax header is corrupt");
    }
}
