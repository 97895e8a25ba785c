package dev.cardinal.udf.shard;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a pax extended header says of the member after it, as far as it matters here.
 *
 * @param path its name, or null
 * @param size bytes of its content, or null
 * @param sparse whether its holes were left out
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html">POSIX, 'pax Extended Header'</a>
 */
record PaxRecords(@Nullable String path, @Nullable Long size, boolean sparse) {

    static final PaxRecords NONE = new PaxRecords(null, null, false);

    /** GNU tar's records of a sparse file; its name is among them, and not in {@code path}. */
    private static final String SPARSE = "GNU.sparse.";

    private static final int MAX_DIGITS = 18;

    /** Records on top of earlier ones: {@code length SPACE keyword=value NEWLINE}, the length that of the whole record. */
    PaxRecords with(byte[] records) throws DamageException {
        String newPath = path;
        String sparseName = null;
        Long newSize = size;
        boolean newSparse = sparse;
        int at = 0;
        while (at < records.length && records[at] != 0) {
            int space = indexOf(records, ' ', at, records.length);
            long length = digits(records, at, space);
            int end = (int) Math.min(Integer.MAX_VALUE, at + length);
            if (end > records.length || end <= space + 1 || records[end - 1] != '\n') {
                throw broken();
            }
            int equals = indexOf(records, '=', space, end);
            String keyword = text(records, space + 1, equals);
            String value = text(records, equals + 1, end - 1);
            switch (keyword) {
                case "path" -> newPath = value;
                case "size" -> newSize = digits(records, equals + 1, end - 1);
                case SPARSE + "name" -> sparseName = value;
                default -> newSparse |= keyword.startsWith(SPARSE);
            }
            at = end;
        }
        return new PaxRecords(sparseName == null ? newPath : sparseName, newSize, newSparse || sparseName != null);
    }

    private static int indexOf(byte[] records, char wanted, int from, int to) throws DamageException {
        for (int i = from; i < to; i++) {
            if (records[i] == wanted) {
                return i;
            }
        }
        throw broken();
    }

    private static long digits(byte[] records, int from, int to) throws DamageException {
        if (to <= from || to - from > MAX_DIGITS) {
            throw broken();
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            if (records[i] < '0' || records[i] > '9') {
                throw broken();
            }
            value = 10 * value + records[i] - '0';
        }
        return value;
    }

    private static String text(byte[] records, int from, int to) {
        return new String(records, from, to - from, StandardCharsets.UTF_8);
    }

    private static DamageException broken() {
        return new DamageException("a pax header is broken");
    }
}
