package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.substring;

import dev.cardinal.job.UserPath;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A table that a user names: a file or a directory of files, in CSV with a header (RFC 4180, UTF-8, also compressed) or Parquet.
 * Lives on the driver; immutable.
 *
 * @param path fully qualified
 * @param kind what its files are
 * @param nameFilter glob of the files that belong to it
 */
record TruthFormat(Path path, Kind kind, String nameFilter) {
    private static final byte[] PARQUET_MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UTF_16_LITTLE_ENDIAN = {(byte) 0xFF, (byte) 0xFE};
    private static final byte[] UTF_16_BIG_ENDIAN = {(byte) 0xFE, (byte) 0xFF};
    private static final String PARQUET_FILES = "*.[pP][aA][rR][qQ][uU][eE][tT]";
    /** With the names of the compressions that Hadoop knows. */
    private static final String CSV_FILES = "*.[cC][sS][vV]{,.gz,.bz2,.zst,.lz4,.snappy,.deflate}";

    private static final String ONE_FILE = "*";
    private static final int SHOWN_OF_A_LINE = 80;
    /** Column of lines that have more or fewer fields than the header. */
    private static final String BROKEN = "_cardinal_broken_line";

    /** A file format. */
    enum Kind {
        CSV,
        PARQUET
    }

    /**
     * Finds out what a path holds.
     *
     * @throws CardinalException if it does not exist, or holds nothing that is a table
     * @throws IOException if its file system fails
     */
    static TruthFormat of(String uri, Configuration configuration) throws IOException {
        Path given = UserPath.of("truth", uri);
        FileSystem fileSystem = given.getFileSystem(configuration);
        Path path = fileSystem.makeQualified(given);
        FileStatus status;
        try {
            status = fileSystem.getFileStatus(path);
        } catch (FileNotFoundException e) {
            throw CardinalException.input("truth " + uri + " does not exist");
        }
        if (status.isDirectory()) {
            return ofDirectory(path, fileSystem);
        }
        if (UserPath.isHidden(path)) {
            throw CardinalException.input("truth " + uri + " has a name that begins with _ or ., and Spark passes such"
                    + " files over: rename it");
        }
        if (status.getLen() == 0) {
            throw CardinalException.input("truth " + uri + " is empty");
        }
        byte[] start = start(path, fileSystem);
        if (startsWith(start, UTF_16_LITTLE_ENDIAN) || startsWith(start, UTF_16_BIG_ENDIAN)) {
            throw inUtf16(path);
        }
        return new TruthFormat(path, startsWith(start, PARQUET_MAGIC) ? Kind.PARQUET : Kind.CSV, ONE_FILE);
    }

    private static CardinalException inUtf16(Path path) {
        return CardinalException.input("truth " + path + " is text in UTF-16: save it as UTF-8");
    }

    private static TruthFormat ofDirectory(Path directory, FileSystem fileSystem) throws IOException {
        GlobFilter parquet = new GlobFilter(PARQUET_FILES);
        GlobFilter csv = new GlobFilter(CSV_FILES);
        boolean hasParquet = false;
        boolean hasCsv = false;
        RemoteIterator<LocatedFileStatus> files = fileSystem.listFiles(directory, true);
        while (files.hasNext()) {
            Path file = files.next().getPath();
            if (!isBelowHidden(file, directory)) {
                hasParquet |= parquet.accept(file);
                hasCsv |= csv.accept(file);
            }
        }
        if (hasParquet == hasCsv) {
            throw CardinalException.input("truth " + directory + " holds "
                    + (hasCsv ? "both *.csv and *.parquet files" : "no *.csv or *.parquet file")
                    + ": name a file, or a directory of files of one format");
        }
        return hasParquet
                ? new TruthFormat(directory, Kind.PARQUET, PARQUET_FILES)
                : new TruthFormat(directory, Kind.CSV, CSV_FILES);
    }

    private static boolean isBelowHidden(Path file, Path directory) {
        for (Path each = file; !each.equals(directory); each = each.getParent()) {
            if (UserPath.isHidden(each)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] start(Path file, FileSystem fileSystem) throws IOException {
        try (InputStream in = fileSystem.open(file)) {
            return in.readNBytes(PARQUET_MAGIC.length);
        }
    }

    private static boolean startsWith(byte[] text, byte[] start) {
        return text.length >= start.length && Arrays.equals(text, 0, start.length, start, 0, start.length);
    }

    /**
     * The rows; of CSV every column is text.
     *
     * @throws CardinalException if it is no such table, or lines have more or fewer fields than the header
     * @throws IOException if its file system fails
     */
    Dataset<Row> read(SparkSession spark) throws IOException {
        DataFrameReader reader = spark.read().option("pathGlobFilter", nameFilter);
        try {
            return kind == Kind.PARQUET
                    ? reader.parquet(UserPath.literal(path.toString()))
                    : csv(reader, UserPath.literal(path.toString()));
        } catch (CardinalException e) {
            throw e;
        } catch (Exception e) { // Spark throws checked ones that it does not declare
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            if (root instanceof IOException) {
                throw new IOException("truth " + path + " cannot be read: " + root.getMessage(), e);
            }
            throw CardinalException.input(
                    "truth " + path + " is no table in " + kind + ": "
                            + String.valueOf(root.getMessage()).replaceAll("\\s+", " "),
                    e);
        }
    }

    private Dataset<Row> csv(DataFrameReader reader, String literal) {
        reader.option("header", "true")
                .option("multiLine", "true")
                .option("quote", "\"")
                .option("escape", "\"")
                .option("maxCharsPerColumn", "-1");
        StructType schema = new StructType();
        for (String column : reader.csv(literal).columns()) {
            schema = schema.add(column, DataTypes.StringType);
        }
        if (schema.isEmpty()) {
            throw CardinalException.input("truth " + path + " is empty");
        }
        if (String.join("", schema.fieldNames()).indexOf('\0') >= 0) {
            throw inUtf16(path); // in a directory or compressed, where nobody has looked at its first bytes
        }
        Dataset<Row> rows = reader.schema(schema.add(BROKEN, DataTypes.StringType))
                .option("enforceSchema", String.valueOf(nameFilter.equals(ONE_FILE))) // else each header is held to it
                .option("columnPruning", "false")
                .option("columnNameOfCorruptRecord", BROKEN)
                .csv(literal);
        requireWholeLines(rows, schema);
        return rows.drop(BROKEN);
    }

    private void requireWholeLines(Dataset<Row> rows, StructType header) {
        // Spark does not read that column alone.
        Row broken = rows.agg(
                        count(col(BROKEN)),
                        min(substring(
                                col(BROKEN), 1, SHOWN_OF_A_LINE)), // all that follows, where a quote is not closed
                        count(rows.col("`" + header.fieldNames()[0] + "`")))
                .head();
        if (broken.getLong(0) > 0) {
            throw CardinalException.input(
                    "truth " + path + ": " + broken.getLong(0) + " lines do not have the header's "
                            + header.length() + " fields (for example '"
                            + broken.getString(1).strip().replaceAll("\\s+", " ")
                            + "'): put a field that holds commas in double quotes, and close every quote");
        }
    }
}
