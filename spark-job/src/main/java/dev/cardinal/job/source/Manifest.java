package dev.cardinal.job.source;

import dev.cardinal.job.UserPath;
import dev.cardinal.zoo.CardinalException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * A list of images: text with one URI a line and perhaps a tab and the truth; CSV or TSV with or without a header; a Parquet
 * table; or the {@code manifest.json} of an S3 Inventory report.
 *
 * <p>The column of the URIs is the one named, else one that is called as such columns are, else the first; the truth's is the one
 * named, else one that is called so, else in a list without a header the second. Lives on the driver, which reads a first line;
 * executors read the rest.
 */
final class Manifest {
    private static final Pattern NAME = Pattern.compile(".*\\.(txt|list|lst|csv|tsv)(\\.(gz|bz2|zst))?");
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
    private static final List<String> TRUTH_NAMES = List.of("truth", "label", "class", "target", "cls", "class_name");
    private static final byte[] PARQUET_MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

    private final SparkSession spark;
    private final Configuration configuration;
    private final FieldNames fields;

    Manifest(SparkSession spark, Configuration configuration, FieldNames fields) {
        this.spark = spark;
        this.configuration = configuration;
        this.fields = fields;
    }

    /** Whether a file that is named as an input is a list of images, by its name. */
    static boolean isNamedLikeOne(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.equals(S3Inventory.NAME) || NAME.matcher(lower).matches();
    }

    /**
     * The entries of a manifest.
     *
     * @throws CardinalException if it is none
     * @throws IOException if its file system fails
     */
    JavaRDD<ManifestEntry> entries(Path file) throws IOException {
        String name = file.getName().toLowerCase(Locale.ROOT);
        if (name.equals(S3Inventory.NAME)) {
            return S3Inventory.read(file, configuration).entries(spark);
        }
        if (isParquet(file)) {
            return ofColumns(file, spark.read().parquet(UserPath.literal(file.toString())));
        }
        String firstLine = firstLine(file);
        boolean isCsv = name.contains(".csv");
        boolean isTsv = name.contains(".tsv") || (!isCsv && firstLine.contains("\t"));
        if (!isCsv && !isTsv) {
            return spark.read()
                    .text(UserPath.literal(file.toString()))
                    .javaRDD()
                    .map(row -> row.getString(0).strip())
                    .filter(line -> !line.isEmpty())
                    .map(line -> new ManifestEntry(line, null, null, null));
        }
        return ofDelimited(file, firstLine, isTsv ? "\t" : ",");
    }

    private JavaRDD<ManifestEntry> ofDelimited(Path file, String firstLine, String separator) {
        boolean hasHeader = Arrays.stream(firstLine.split(separator, -1))
                .map(column -> column.strip().replaceAll("^\"|\"$", ""))
                .anyMatch(
                        column -> column.equals(fields.image()) || URI_NAMES.contains(column.toLowerCase(Locale.ROOT)));
        Dataset<Row> rows = spark.read()
                .option("sep", separator)
                .option("header", String.valueOf(hasHeader))
                .option("quote", "\"")
                .option("escape", "\"")
                .csv(UserPath.literal(file.toString()));
        if (hasHeader) {
            return ofColumns(file, rows);
        }
        if (fields.image() != null || fields.label() != null) {
            throw CardinalException.input("manifest " + file + " has no header with the column "
                    + (fields.image() == null ? fields.label() : fields.image()) + "; its first line is: " + firstLine);
        }
        return entries(rows, 0, rows.columns().length > 1 ? 1 : -1);
    }

    private JavaRDD<ManifestEntry> ofColumns(Path file, Dataset<Row> rows) {
        int uri = column(file, rows, fields.image(), URI_NAMES);
        int truth = column(file, rows, fields.label(), TRUTH_NAMES);
        if (uri < 0) {
            throw CardinalException.input("manifest " + file + " has no column of URIs, only " + List.of(rows.columns())
                    + ": name it with --image-field");
        }
        return entries(rows, uri, truth);
    }

    private static int column(Path file, Dataset<Row> rows, @Nullable String named, List<String> usual) {
        List<String> columns = List.of(rows.columns());
        if (named != null) {
            if (!columns.contains(named)) {
                throw CardinalException.input("manifest " + file + " has no column " + named + ", only " + columns);
            }
            return columns.indexOf(named);
        }
        for (StructField column : rows.schema().fields()) {
            if (usual.contains(column.name().toLowerCase(Locale.ROOT))
                    && !column.dataType().equals(DataTypes.BinaryType)) {
                return columns.indexOf(column.name());
            }
        }
        return -1;
    }

    private static JavaRDD<ManifestEntry> entries(Dataset<Row> rows, int uri, int truth) {
        return rows.javaRDD().filter(row -> !row.isNullAt(uri)).map(row -> {
            Object label = truth < 0 ? null : row.get(truth);
            return new ManifestEntry(
                    String.valueOf(row.get(uri)).strip(), label == null ? null : label.toString(), null, null);
        });
    }

    private boolean isParquet(Path file) throws IOException {
        try (InputStream in = file.getFileSystem(configuration).open(file)) {
            return Arrays.equals(in.readNBytes(PARQUET_MAGIC.length), PARQUET_MAGIC);
        }
    }

    private String firstLine(Path file) throws IOException {
        FileSystem fileSystem = file.getFileSystem(configuration);
        CompressionCodec codec = new CompressionCodecFactory(configuration).getCodec(file);
        try (InputStream in = codec == null ? fileSystem.open(file) : codec.createInputStream(fileSystem.open(file));
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            return line == null ? "" : line.replaceFirst("^\uFEFF", "");
        }
    }
}
