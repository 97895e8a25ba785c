package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.regexp_extract;

import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.ByteOrderMark;
import dev.cardinal.zoo.CardinalException;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/**
 * A list of SHA-256 values of images: a Parquet file, or a directory of Parquet files such as a predictions table, with a column
 * {@code sha256}; or a text file, possibly compressed, with one value per line. Lives on the driver; immutable.
 *
 * @param path fully qualified
 * @param isText whether it is a text file
 * @param nameFilter glob of the names of files to read
 */
record Exclusion(Path path, boolean isText, String nameFilter) {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final byte[] PARQUET = {'P', 'A', 'R', '1'};
    private static final int SHOWN = 80;

    /** At most this many hashes are sent to every executor; more are joined by a shuffle. */
    private static final long BROADCAST_AT_MOST = 1_000_000;

    /**
     * Opens a file. Reads a text file to its end, line by line; does not read the rows of Parquet files.
     *
     * @throws CardinalException if the file does not exist, or a line of a text file is not a SHA-256; the message names the first
     */
    static Exclusion open(String file, Configuration configuration) throws IOException {
        Path named = UserPaths.of("exclude", file);
        FileSystem fileSystem = named.getFileSystem(configuration);
        Path path = fileSystem.makeQualified(named);
        FileStatus status;
        try {
            status = fileSystem.getFileStatus(path);
        } catch (FileNotFoundException e) {
            throw CardinalException.input("--exclude " + file + " does not exist");
        }
        if (status.isDirectory()) {
            if (fileSystem.listStatus(path, each -> each.getName().endsWith(".parquet")).length == 0) {
                throw CardinalException.input("--exclude " + file + " is a directory without Parquet files");
            }
            return new Exclusion(path, false, "*.parquet");
        }
        if (UserPaths.isHidden(path)) {
            throw CardinalException.input("--exclude " + file + " has a name that begins with _ or ., and Spark skips"
                    + " such files: rename it");
        }
        boolean isText = !startsAsParquet(fileSystem, path);
        if (isText) {
            requireHashes(file, fileSystem, path);
        }
        return new Exclusion(path, isText, "*");
    }

    private static boolean startsAsParquet(FileSystem fileSystem, Path path) throws IOException {
        try (InputStream in = fileSystem.open(path)) {
            return Arrays.equals(in.readNBytes(PARQUET.length), PARQUET);
        }
    }

    private static void requireHashes(String file, FileSystem fileSystem, Path path) throws IOException {
        CompressionCodec codec = new CompressionCodecFactory(fileSystem.getConf()).getCodec(path);
        try (InputStream stored = fileSystem.open(path);
                InputStream in = codec == null ? stored : codec.createInputStream(stored);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            long number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine(), number++) {
                String text = ByteOrderMark.removed(line).trim();
                if (!text.isEmpty() && !SHA256.matcher(text).matches()) {
                    throw CardinalException.input("--exclude " + file + ", line " + number
                            + ": expected 64 hexadecimal digits of a SHA-256, not '" + shown(text) + "'");
                }
            }
        }
    }

    private static String shown(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }

    /**
     * Returns the hashes in lower case, as column {@code excluded}.
     *
     * @throws CardinalException if Parquet files have no column {@code sha256}, or it contains something else
     */
    Dataset<Row> hashes(SparkSession spark) {
        Dataset<Row> hashes = (isText ? ofText(spark) : ofParquet(spark))
                .select(regexp_extract(lower(col("excluded")), SHA256.pattern(), 0)
                        .as("excluded"))
                .filter(col("excluded").notEqual(""));
        return hashes.count() <= BROADCAST_AT_MOST ? broadcast(hashes) : hashes;
    }

    /**
     * Returns path and other columns of the images of Parquet files, or nothing if this is a text file.
     *
     * @param column what images are compared by
     * @param more other columns
     * @throws CardinalException if the files do not have it
     */
    Optional<Dataset<Row>> images(SparkSession spark, String column, String... more) {
        if (isText) {
            return Optional.empty();
        }
        Dataset<Row> rows =
                spark.read().option("pathGlobFilter", nameFilter).parquet(UserPaths.escapeGlob(path.toString()));
        List<String> columns = new ArrayList<>(List.of(column));
        columns.addAll(List.of(more));
        if (!List.of(rows.columns()).contains("path")) {
            throw CardinalException.input(
                    "--exclude " + path + " has no column path, by which the report names images");
        }
        for (String needed : columns) {
            if (!List.of(rows.columns()).contains(needed)) {
                throw CardinalException.input("--exclude " + path + " has no column " + needed
                        + ", by which --dedupe also finds images that look like excluded ones: label it with --emit "
                        + column + ", or name a text file of SHA-256 values to exclude only the same bytes");
            }
        }
        return Optional.of(rows.select("path", columns.toArray(String[]::new)));
    }

    private Dataset<Row> ofText(SparkSession spark) {
        return spark.read().text(UserPaths.escapeGlob(path.toString())).toDF("excluded");
    }

    private Dataset<Row> ofParquet(SparkSession spark) {
        Dataset<Row> rows =
                spark.read().option("pathGlobFilter", nameFilter).parquet(UserPaths.escapeGlob(path.toString()));
        if (!List.of(rows.columns()).contains("sha256")
                || !rows.schema().apply("sha256").dataType().equals(DataTypes.StringType)) {
            throw CardinalException.input("--exclude " + path + " needs a column sha256 of strings; its columns are "
                    + rows.schema().toDDL());
        }
        Column hash = col("sha256");
        List<Row> wrong = rows.select(hash)
                .filter(hash.isNotNull()
                        .and(hash.rlike("^" + SHA256.pattern() + "$").unary_$bang()))
                .takeAsList(1);
        if (!wrong.isEmpty()) {
            throw CardinalException.input("--exclude " + path + ": expected 64 hexadecimal digits of a SHA-256, not '"
                    + shown(wrong.get(0).getString(0)) + "'");
        }
        return rows.select(hash.as("excluded"));
    }
}
