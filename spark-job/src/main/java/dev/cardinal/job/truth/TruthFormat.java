package dev.cardinal.job.truth;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.substring;

import dev.cardinal.job.common.ColumnNames;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.udf.shard.ParquetColumns;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
 * Format of a truth file, which can also be a directory of files: CSV with a header (RFC 4180, UTF-8, also compressed) or
 * Parquet. Lives on the driver; immutable.
 *
 * @param path fully qualified
 * @param fileType format of the files
 * @param nameFilter glob of the names of the files that are read
 */
record TruthFormat(Path path, FileType fileType, String nameFilter) {
    private static final byte[] PARQUET_MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UTF_16_LITTLE_ENDIAN = {(byte) 0xFF, (byte) 0xFE};
    private static final byte[] UTF_16_BIG_ENDIAN = {(byte) 0xFE, (byte) 0xFF};
    private static final String PARQUET_FILES = "*.[pP][aA][rR][qQ][uU][eE][tT]";
    /** Includes the suffixes of the compression formats that Hadoop reads. */
    private static final String CSV_FILES = "*.[cC][sS][vV]{,.gz,.bz2,.zst,.lz4,.snappy,.deflate}";

    private static final String ONE_FILE = "*";
    private static final int MAX_LINE_LENGTH = 80;
    /** Column for lines that have more or fewer fields than the header. */
    private static final String MALFORMED = "_cardinal_malformed_line";

    /** A file format. */
    enum FileType {
        CSV("CSV"),
        PARQUET("Parquet");

        private final String text;

        FileType(String text) {
            this.text = text;
        }
    }

    /**
     * Detects the format of a file or a directory.
     *
     * @throws CardinalException if it does not exist, is empty, or is neither CSV nor Parquet
     * @throws IOException if its file system fails
     */
    static TruthFormat of(String uri, Configuration configuration) throws IOException {
        Path given = UserPaths.of("truth", uri);
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
        if (UserPaths.isHidden(path)) {
            throw CardinalException.input("truth " + uri + " has a name that begins with _ or ., and Spark ignores such"
                    + " files: rename it");
        }
        if (status.getLen() == 0) {
            throw CardinalException.input("truth " + uri + " is empty");
        }
        byte[] start = start(path, fileSystem);
        if (startsWith(start, UTF_16_LITTLE_ENDIAN) || startsWith(start, UTF_16_BIG_ENDIAN)) {
            throw inUtf16(path);
        }
        return new TruthFormat(path, startsWith(start, PARQUET_MAGIC) ? FileType.PARQUET : FileType.CSV, ONE_FILE);
    }

    private static CardinalException inUtf16(Path path) {
        return CardinalException.input("truth " + path + " is UTF-16 text: save it as UTF-8");
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
            throw CardinalException.input("truth " + directory + " contains "
                    + (hasCsv ? "both *.csv and *.parquet files" : "no *.csv or *.parquet file")
                    + ": name a file, or a directory of files of one format");
        }
        return hasParquet
                ? new TruthFormat(directory, FileType.PARQUET, PARQUET_FILES)
                : new TruthFormat(directory, FileType.CSV, CSV_FILES);
    }

    private static boolean isBelowHidden(Path file, Path directory) {
        for (Path each = file; !each.equals(directory); each = each.getParent()) {
            if (UserPaths.isHidden(each)) {
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
     * Returns the rows. In CSV, every column is text.
     *
     * @throws CardinalException if a file is corrupt, or lines have more or fewer fields than the header
     * @throws IOException if its file system fails
     */
    Dataset<Row> read(SparkSession spark) throws IOException {
        DataFrameReader reader = spark.read().option("pathGlobFilter", nameFilter);
        try {
            return fileType == FileType.PARQUET
                    ? parquet(reader, spark.sparkContext().hadoopConfiguration())
                    : csv(reader, UserPaths.escapeGlob(path.toString()));
        } catch (CardinalException e) {
            throw e;
        } catch (Exception e) { // Spark throws checked exceptions that it does not declare
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            if (root instanceof IOException) {
                throw new IOException("truth " + path + " cannot be read: " + root.getMessage(), e);
            }
            throw CardinalException.input(
                    "truth " + path + " is not valid " + fileType.text + ": "
                            + String.valueOf(root.getMessage()).replaceAll("\\s+", " "),
                    e);
        }
    }

    /** Reads only the columns that are needed, because Spark refuses a table for the type of any column that it reads. */
    private Dataset<Row> parquet(DataFrameReader reader, Configuration configuration) throws IOException {
        String literal = UserPaths.escapeGlob(path.toString());
        try {
            Path file = firstFile(configuration);
            List<String> needed = ParquetColumns.names(configuration, file).stream()
                    .filter(name -> TruthFile.COLUMNS.contains(name.strip().toLowerCase(Locale.ROOT)))
                    .toList();
            boolean isWhole = needed.size() > 1; // a key and the truth; otherwise the error lists all columns
            return isWhole
                    ? reader.schema(ParquetColumns.schema(configuration, file, needed))
                            .parquet(literal)
                    : reader.parquet(literal);
        } catch (CardinalException e) {
            return reader.parquet(literal); // Spark says what is wrong with the file
        }
    }

    private Path firstFile(Configuration configuration) throws IOException {
        FileSystem fileSystem = path.getFileSystem(configuration);
        GlobFilter filter = new GlobFilter(nameFilter);
        RemoteIterator<LocatedFileStatus> files = fileSystem.listFiles(path, true);
        while (files.hasNext()) {
            Path file = files.next().getPath();
            if (file.equals(path) || (filter.accept(file) && !isBelowHidden(file, path))) {
                return file;
            }
        }
        throw new FileNotFoundException(path.toString());
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
            throw inUtf16(path); // a compressed file or a directory, whose first bytes have not been checked
        }
        Dataset<Row> rows = reader.schema(schema.add(MALFORMED, DataTypes.StringType))
                .option(
                        "enforceSchema",
                        String.valueOf(nameFilter.equals(ONE_FILE))) // in a directory, each header must match
                .option("columnPruning", "false")
                .option("columnNameOfCorruptRecord", MALFORMED)
                .csv(literal);
        requireWellFormedLines(rows, schema);
        return rows.drop(MALFORMED);
    }

    private void requireWellFormedLines(Dataset<Row> rows, StructType header) {
        // Spark does not read the column of malformed lines alone.
        Row malformed = rows.agg(
                        count(col(MALFORMED)),
                        min(substring(
                                col(MALFORMED), 1, MAX_LINE_LENGTH)), // the rest of the file if a quote is not closed
                        count(rows.col(ColumnNames.quoted(header.fieldNames()[0]))))
                .head();
        if (malformed.getLong(0) > 0) {
            throw CardinalException.input(
                    "truth " + path + ": " + malformed.getLong(0) + " lines do not have the header's "
                            + header.length() + " fields (for example '"
                            + malformed.getString(1).strip().replaceAll("\\s+", " ")
                            + "'): put a field that contains commas in double quotes, and close every quote");
        }
    }
}
