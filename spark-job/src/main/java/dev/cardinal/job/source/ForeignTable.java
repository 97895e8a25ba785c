package dev.cardinal.job.source;

import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Recognizes tables whose directories contain files that the table no longer uses: reading every file would read deleted rows. */
final class ForeignTable {
    private static final String ICEBERG_METADATA = ".metadata.json";
    private static final String HUDI = ".hoodie";
    private static final String LANCE = ".lance";

    private ForeignTable() {}

    /**
     * Returns the message about a table that an entry of a directory belongs to, or null. A Delta table that is itself an input is
     * not listed, but read through its log.
     */
    static @Nullable String within(FileStatus entry) {
        Path path = entry.getPath();
        Path parent = path.getParent();
        String name = path.getName();
        if (entry.isDirectory() && name.equals(DeltaLog.DIRECTORY)) {
            return "directory " + parent
                    + " is a Delta table: name it as an input of its own, or its deleted rows would be read too";
        }
        if (entry.isDirectory() && name.equals(HUDI)) {
            return refused("a Hudi", parent);
        }
        boolean isLance = entry.isFile()
                && name.endsWith(LANCE)
                && parent != null
                && parent.getName().equals("data");
        if (isLance) {
            return refused("a Lance", parent.getParent());
        }
        boolean isIceberg = name.endsWith(ICEBERG_METADATA)
                && parent != null
                && parent.getName().equals("metadata");
        return isIceberg ? refused("an Iceberg", parent.getParent()) : null;
    }

    private static String refused(String kind, @Nullable Path table) {
        return "directory " + table + " is " + kind
                + " table, which Cardinal cannot read: its files may contain deleted rows. Write the"
                + " rows to Parquet files with Spark, or name the files of the current snapshot";
    }
}
