package dev.cardinal.job.source;

import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.udf.shard.ParquetColumns;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Lists of images: text with one URI per line and optionally a label; CSV, TSV or JSON Lines; a Parquet table; or the {@code
 * manifest.json} of an S3 Inventory report.
 *
 * <p>URI column: {@code --image-field} if given, otherwise a column with a conventional name, otherwise the one whose files
 * exist. Truth column: {@code --label-field} if given, otherwise a column with a conventional name, otherwise the one after the
 * URI if the list has no header. The driver reads the first lines and checks that at least one of their files exists; executors
 * read the rest. Lives on the driver; not thread-safe.
 */
final class Manifest {
    private static final Pattern NAME =
            Pattern.compile(".*\\.(txt|list|lst|csv|tsv|json|jsonl|ndjson)(\\.(gz|bz2|zst|xz))?");
    private static final byte[] PARQUET_MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

    private final Configuration configuration;
    private final FieldNames fields;
    private final Map<Path, ManifestText> texts = new HashMap<>();

    /** A list of lines, and how they are written. */
    private record ManifestText(ListText lines, ListDialect dialect) {}

    Manifest(Configuration configuration, FieldNames fields) {
        this.configuration = configuration;
        this.fields = fields;
    }

    /** Returns whether the name of a file that is itself an input means a list of images. */
    static boolean isNamedLikeOne(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.equals(S3Inventory.NAME) || NAME.matcher(lower).matches();
    }

    /**
     * Checks, without Spark, that a list can be read, and that one of the first files that it names exists.
     *
     * @throws CardinalException if not
     * @throws IOException if its file system fails
     */
    void require(Path file) throws IOException {
        if (isInventory(file)) {
            return;
        }
        if (isParquet(file)) {
            requireTable(file);
        } else {
            text(file);
        }
    }

    private ManifestText text(Path file) throws IOException {
        ManifestText known = texts.get(file);
        if (known == null) {
            ListText lines = ListText.of(file, configuration);
            ListDialect dialect = new ListDetector(file, fields, lookup(file))
                    .detect(lines.first(ListDetector.ENTRIES + 1, configuration));
            known = new ManifestText(lines, dialect);
            texts.put(file, known);
        }
        return known;
    }

    private ManifestLookup lookup(Path file) {
        return new ManifestLookup(file.getParent(), new IncludeGlob(null), configuration, Retry.of(configuration));
    }

    /**
     * Reads the entries of a list.
     *
     * @throws CardinalException if the file is not a list
     * @throws IOException if its file system fails
     */
    JavaRDD<ManifestEntry> entries(Path file, SparkSession spark, Broadcast<SerializableConfiguration> shared)
            throws IOException {
        if (isInventory(file)) {
            return S3Inventory.read(file, configuration).entries(spark);
        }
        if (isParquet(file)) {
            return ofTable(file, spark);
        }
        ManifestText text = text(file);
        ListDialect dialect = text.dialect();
        return text.lines().lines(spark, shared).map(dialect::entry).filter(Objects::nonNull);
    }

    private static boolean isInventory(Path file) {
        return file.getName().equalsIgnoreCase(S3Inventory.NAME);
    }

    private String uriColumn(Path file) throws IOException {
        return ParquetColumns.pathColumn(configuration, file, fields.image(), ListDetector::uriColumn);
    }

    private @Nullable String truthColumn(Path file) throws IOException {
        return ParquetColumns.labelColumn(configuration, file, fields.label(), ListDetector::truthColumn);
    }

    /** Reads only the columns that are needed, because Spark refuses a file if it does not know the type of one of them. */
    private JavaRDD<ManifestEntry> ofTable(Path file, SparkSession spark) throws IOException {
        String uri = uriColumn(file);
        String truth = truthColumn(file);
        StructType schema =
                ParquetColumns.schema(configuration, file, truth == null ? List.of(uri) : List.of(uri, truth));
        Dataset<Row> rows = spark.read().schema(schema).parquet(UserPaths.escapeGlob(file.toString()));
        Dataset<Row> columns = rows.select(
                functions.col(ParquetColumns.quoted(schema, uri)).as("uri"),
                truth == null
                        ? functions.lit(null).as("truth")
                        : functions.col(ParquetColumns.quoted(schema, truth)).as("truth"));
        return columns.javaRDD()
                .filter(row -> !row.isNullAt(0))
                .map(row -> new ManifestEntry(String.valueOf(row.get(0)), label(row.get(1)), null, null));
    }

    private void requireTable(Path file) throws IOException {
        String uri = uriColumn(file);
        truthColumn(file);
        List<ManifestEntry> entries = ParquetColumns.texts(configuration, file, uri, ListDetector.ENTRIES).stream()
                .map(text -> new ManifestEntry(text, null, null, null))
                .toList();
        List<ListingEntry> found = lookup(file).all(entries);
        if (!found.isEmpty() && found.stream().noneMatch(ManifestLookup::exists)) {
            throw CardinalException.input("list " + file + ": none of the files that its first " + entries.size()
                    + " rows name in column " + uri + " exists; the first is " + ListDetector.describe(found.get(0))
                    + ": name another column with --image-field");
        }
    }

    /** Returns a label as text; pandas writes integers as 1.0 if one of them is missing. */
    static @Nullable String label(@Nullable Object value) {
        return value == null ? null : value instanceof Number number ? ParquetColumns.text(number) : value.toString();
    }

    private boolean isParquet(Path file) throws IOException {
        try (InputStream in = FileSystems.fileSystem(file, configuration).open(file)) {
            return Arrays.equals(in.readNBytes(PARQUET_MAGIC.length), PARQUET_MAGIC);
        }
    }
}
