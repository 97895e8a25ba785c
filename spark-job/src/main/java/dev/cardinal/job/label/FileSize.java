package dev.cardinal.job.label;

import dev.cardinal.job.label.TableFiles.TableFile;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import org.apache.spark.sql.types.StructType;

/** How large files of rows should be: at most about 128 MiB and 500,000 rows, and no smaller than that needs. Stateless. */
final class FileSize {
    static final long MAX_BYTES = 128L << 20;
    static final long MAX_ROWS = 500_000;

    private static final long TYPICAL_ROW_BYTES = 160;
    /** Of one thousand logits or two thousand features, which do not compress; used until the table has rows. */
    private static final long TYPICAL_ARRAY_BYTES = 6_000;
    /** Number of rows from which on the size of stored rows is a good estimate. */
    private static final long ENOUGH_ROWS = 1_000;

    private static final Set<String> ARRAYS = Set.of("logits", "features");

    private FileSize() {}

    /** Returns the number of files for rows, at least 1. */
    static int files(long rows, long bytesPerRow) {
        long byRows = ceil(rows, MAX_ROWS);
        long byBytes = ceil(rows * bytesPerRow, MAX_BYTES);
        return (int) Math.max(1, Math.max(byRows, byBytes));
    }

    private static long ceil(long total, long part) {
        return (total + part - 1) / part;
    }

    /** Returns the stored size of a row: as in the files of the table, or from its columns if these have too few rows. */
    static long bytesPerRow(Collection<TableFile> stored, StructType schema) {
        long rows = stored.stream().mapToLong(TableFile::rows).sum();
        if (rows >= ENOUGH_ROWS) {
            return Math.max(1, stored.stream().mapToLong(TableFile::bytes).sum() / rows);
        }
        long arrays =
                Arrays.stream(schema.fieldNames()).filter(ARRAYS::contains).count();
        return TYPICAL_ROW_BYTES + arrays * TYPICAL_ARRAY_BYTES;
    }
}
