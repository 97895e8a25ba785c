package dev.cardinal.job.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * An S3 Inventory report in CSV or Parquet: its {@code manifest.json} names the files that list a bucket's objects.
 *
 * <p>The layout is documented by Amazon S3 in "Amazon S3 Inventory list" and "Inventory manifest". Returns only latest versions;
 * skips delete markers and keys that end in a slash. Lives on the driver.
 */
final class S3Inventory {
    /** Name of a report's manifest file. */
    static final String NAME = "manifest.json";

    private static final String BUCKET = "bucket";
    private static final String KEY = "key";
    private static final String ARN = "arn:[^:]*:s3:::";

    private final boolean isParquet;
    private final List<String> columns;
    private final String[] files;

    private S3Inventory(boolean isParquet, List<String> columns, List<String> files) {
        this.isParquet = isParquet;
        this.columns = columns;
        this.files = files.toArray(String[]::new);
    }

    /**
     * Reads a report's manifest.
     *
     * @throws CardinalException if the file is not one
     * @throws IOException if its file system fails
     */
    static S3Inventory read(Path manifest, Configuration configuration) throws IOException {
        JsonNode json;
        try (InputStream in = manifest.getFileSystem(configuration).open(manifest)) {
            json = JsonMappers.RECORDS.readTree(in);
        } catch (JsonProcessingException e) {
            throw CardinalException.input(manifest + " is not an S3 Inventory manifest: " + e.getOriginalMessage());
        }
        String format = json.path("fileFormat").asText();
        if (!format.equals("CSV") && !format.equals("Parquet")) {
            throw CardinalException.input(manifest
                    + " is not an S3 Inventory manifest in CSV or Parquet: its fileFormat is '" + format + "'");
        }
        List<String> columns = new ArrayList<>();
        for (String column : json.path("fileSchema").asText().split(",", -1)) {
            columns.add(column.strip().toLowerCase(Locale.ROOT));
        }
        boolean isParquet = format.equals("Parquet");
        if (!isParquet && !(columns.contains(BUCKET) && columns.contains(KEY))) {
            throw CardinalException.input(manifest + " has no Bucket and Key in its fileSchema: "
                    + json.path("fileSchema").asText());
        }
        List<String> files = new ArrayList<>();
        for (JsonNode file : json.path("files")) {
            files.add(UserPaths.escapeGlob(location(
                    manifest,
                    json.path("destinationBucket").asText(),
                    file.path("key").asText())));
        }
        return new S3Inventory(isParquet, columns, files);
    }

    /** Returns the location of a data file: the destination bucket, or {@code ../data} for a report that was copied elsewhere. */
    private static String location(Path manifest, String destinationBucket, String key) {
        if ("s3a".equals(manifest.toUri().getScheme())) {
            return "s3a://" + destinationBucket.replaceFirst("^" + ARN, "") + "/" + key;
        }
        return new Path(manifest.getParent(), "../data/" + key.substring(key.lastIndexOf('/') + 1)).toString();
    }

    /** Reads the objects of the report. */
    JavaRDD<ManifestEntry> entries(SparkSession spark) {
        if (files.length == 0) {
            return spark.emptyDataFrame().javaRDD().map(row -> new ManifestEntry("", null, null, null));
        }
        Dataset<Row> rows = isParquet
                ? spark.read().parquet(files)
                : spark.read()
                        .option("quote", "\"")
                        .option("escape", "\"")
                        .csv(files)
                        .toDF(columns.toArray(String[]::new));
        List<String> names = List.of(rows.columns());
        boolean isEncoded = !isParquet;
        int bucket = names.indexOf(BUCKET);
        int key = names.indexOf(KEY);
        int latest = indexOf(names, "is_latest", "islatest");
        int deleted = indexOf(names, "is_delete_marker", "isdeletemarker");
        int size = names.indexOf("size");
        int modified = indexOf(names, "last_modified_date", "lastmodifieddate");
        return rows.javaRDD()
                .filter(row -> !is(row, latest, "false")
                        && !is(row, deleted, "true")
                        && !row.getString(key).endsWith("/"))
                .map(row -> new ManifestEntry(
                        "s3a://" + row.getString(bucket) + "/"
                                + (isEncoded
                                        ? URLDecoder.decode(row.getString(key), StandardCharsets.UTF_8)
                                        : row.getString(key)),
                        null,
                        value(row, size) == null ? null : Long.valueOf(String.valueOf(value(row, size))),
                        millis(value(row, modified))));
    }

    private static int indexOf(List<String> names, String name, String other) {
        return Math.max(names.indexOf(name), names.indexOf(other));
    }

    private static boolean is(Row row, int column, String text) {
        return text.equalsIgnoreCase(String.valueOf(value(row, column)));
    }

    private static @Nullable Object value(Row row, int column) {
        return column < 0 ? null : row.get(column);
    }

    private static @Nullable Long millis(@Nullable Object modified) {
        if (modified == null) {
            return null;
        }
        return modified instanceof Timestamp time
                ? time.getTime()
                : Instant.parse(modified.toString()).toEpochMilli();
    }
}
