package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.regexp_extract;

import dev.cardinal.job.UserPath;
import dev.cardinal.zoo.CardinalException;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
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
 * A file with the SHA-256 of images: a Parquet file, or a directory of them such as a predictions table, with a column
 * {@code sha256}; or a text with one a line, perhaps compressed. Lives on the driver; immutable.
 */
final class Exclusion {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final byte[] PARQUET = {'P', 'A', 'R', '1'};
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final int SHOWN = 80;

    /** A hash set of so many is sent to every executor; more are joined by a shuffle. */
    private static final long BROADCAST_AT_MOST = 2_000_000;

    private final Path path;
    private final boolean isParquet;

    private Exclusion(Path path, boolean isParquet) {
        this.path = path;
        this.isParquet = isParquet;
    }

    /**
     * Opens a file. A text is read to its end, in little memory; of Parquet only the name is looked at.
     *
     * @throws CardinalException if it is not there, or a line of a text is no SHA-256, naming the first
     */
    static Exclusion open(String file, Configuration configuration) throws IOException {
        Path path = UserPath.of("exclude", file);
        FileSystem fileSystem = path.getFileSystem(configuration);
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
            return new Exclusion(path, true);
        }
        if (startsAsParquet(fileSystem, path)) {
            return new Exclusion(path, true);
        }
        requireHashes(file, fileSystem, path);
        return new Exclusion(path, false);
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
                String text = (line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line).trim();
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
     * The hashes, in lower case, as column {@code excluded}; to be joined with.
     *
     * @throws CardinalException if Parquet files have no such column, or one that holds something else
     */
    Dataset<Row> hashes(SparkSession spark) {
        Dataset<Row> hashes = (isParquet ? ofParquet(spark) : ofText(spark))
                .select(regexp_extract(lower(col("excluded")), SHA256.pattern(), 0)
                        .as("excluded"))
                .filter(col("excluded").notEqual(""));
        return hashes.count() <= BROADCAST_AT_MOST ? broadcast(hashes) : hashes;
    }

    private Dataset<Row> ofText(SparkSession spark) {
        return spark.read().text(UserPath.literal(path.toString())).toDF("excluded");
    }

    private Dataset<Row> ofParquet(SparkSession spark) {
        Dataset<Row> rows = spark.read().parquet(UserPath.literal(path.toString()));
        if (!List.of(rows.columns()).contains("sha256")
                || !rows.schema().apply("sha256").dataType().equals(DataTypes.StringType)) {
            throw CardinalException.input("--exclude " + path + " needs a column sha256 of strings, and has "
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
