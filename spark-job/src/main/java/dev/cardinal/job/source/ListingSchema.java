package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.ImageRef.Location;
import dev.cardinal.udf.fetch.ImageRef.Problem;
import dev.cardinal.udf.fetch.SkipReason;
import dev.cardinal.udf.image.Status;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Schema of listings as rows that Spark sorts and joins: one row for each image; rows without a path hold skipped counts or failures. */
public final class ListingSchema {
    /** Path that identifies an image; null in rows that are not images. */
    public static final String PATH = "path";
    /** File that contains the image. */
    public static final String FILE = "file";
    /** Position in the file. */
    public static final String POSITION = "position";
    /** Number of bytes, possibly approximate. */
    public static final String LENGTH = "length";
    /** Whether the number of bytes is exact. */
    public static final String LENGTH_KNOWN = "length_known";
    /** Modification time in milliseconds since 1970. */
    public static final String MODIFIED = "modified_millis";
    /** Text for the class, or null. */
    public static final String TRUTH = "truth";
    /** Why entries were skipped, a {@link SkipReason}; null in rows of images. */
    public static final String REASON = "skip_reason";
    /** Number of skipped entries; 0 in rows of images. */
    public static final String SKIPPED = "skipped";
    /** Why part of an input cannot be listed; null in rows of images. */
    public static final String FAILURE = "failure";

    static final StructType SCHEMA = new StructType()
            .add(PATH, DataTypes.StringType)
            .add(FILE, DataTypes.StringType)
            .add("container", DataTypes.StringType)
            .add(POSITION, DataTypes.LongType)
            .add(LENGTH, DataTypes.LongType)
            .add(LENGTH_KNOWN, DataTypes.BooleanType)
            .add(MODIFIED, DataTypes.LongType)
            .add("key", DataTypes.StringType)
            .add(TRUTH, DataTypes.StringType)
            .add("status", DataTypes.StringType)
            .add("error", DataTypes.StringType)
            .add(REASON, DataTypes.StringType)
            .add(SKIPPED, DataTypes.LongType)
            .add(FAILURE, DataTypes.StringType);

    private ListingSchema() {}

    static Row image(ImageRef image) {
        Problem problem = image.problem();
        Location location = image.location();
        return RowFactory.create(
                image.path(),
                location.file(),
                location.container().name(),
                location.position(),
                image.length(),
                location.container().hasExactLength(),
                image.modifiedMillis(),
                image.key(),
                image.truth(),
                problem == null ? null : problem.status().name(),
                problem == null ? null : problem.error(),
                null,
                0L,
                null);
    }

    static Row skipped(SkipReason reason, long entries) {
        return other(reason.name(), entries, null);
    }

    static Row failure(String failure) {
        return other(null, 0, failure);
    }

    private static Row other(@Nullable String reason, long skipped, @Nullable String failure) {
        return RowFactory.create(
                null, null, null, null, null, null, null, null, null, null, null, reason, skipped, failure);
    }

    /** Returns reason, number of entries and failure of a row without a path. */
    static Row sum(Row row) {
        return RowFactory.create(row.get(11), row.get(12), row.get(13));
    }

    /** Converts a row with a path to the reference of its image. */
    public static ImageRef image(Row row) {
        String status = row.getString(9);
        return new ImageRef(
                row.getString(0),
                new Location(row.getString(1), ImageContainer.valueOf(row.getString(2)), row.getLong(3)),
                row.getLong(4),
                row.getLong(6),
                row.getString(7),
                row.getString(8),
                status == null ? null : new Problem(Status.valueOf(status), row.getString(10)));
    }
}
