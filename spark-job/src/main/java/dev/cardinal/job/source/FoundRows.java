package dev.cardinal.job.source;

import dev.cardinal.udf.Container;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.ImageRef.Location;
import dev.cardinal.udf.ImageRef.Problem;
import dev.cardinal.udf.image.Status;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** What a source finds, as rows that Spark sorts and joins: an image each, or without a path what else the listing met. */
public final class FoundRows {
    /** Identity of an image's row; null where the row is none. */
    public static final String PATH = "path";
    /** File that holds the image. */
    public static final String FILE = "file";
    /** Where in the file. */
    public static final String POSITION = "position";
    /** Bytes, or about so many. */
    public static final String LENGTH = "length";
    /** Whether the bytes are exactly so many. */
    public static final String LENGTH_KNOWN = "length_known";
    /** Milliseconds since 1970. */
    public static final String MODIFIED = "modified_millis";
    /** Entries passed over, 0 in an image's row. */
    public static final String SKIPPED = "skipped";
    /** Why part of an input cannot be listed; null in an image's row. */
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
            .add("truth", DataTypes.StringType)
            .add("status", DataTypes.StringType)
            .add("error", DataTypes.StringType)
            .add(SKIPPED, DataTypes.LongType)
            .add(FAILURE, DataTypes.StringType);

    private FoundRows() {}

    static Row image(ImageRef image) {
        Problem problem = image.problem();
        Location location = image.location();
        return RowFactory.create(
                image.path(),
                location.file(),
                location.container().name(),
                location.position(),
                image.length(),
                location.container().tellsLength(),
                image.modifiedMillis(),
                image.key(),
                image.truth(),
                problem == null ? null : problem.status().name(),
                problem == null ? null : problem.error(),
                0L,
                null);
    }

    static Row other(long skipped, @Nullable String failure) {
        return RowFactory.create(null, null, null, null, null, null, null, null, null, null, null, skipped, failure);
    }

    /** The image that a row with a path names. */
    public static ImageRef image(Row row) {
        String status = row.getString(9);
        return new ImageRef(
                row.getString(0),
                new Location(row.getString(1), Container.valueOf(row.getString(2)), row.getLong(3)),
                row.getLong(4),
                row.getLong(6),
                row.getString(7),
                row.getString(8),
                status == null ? null : new Problem(Status.valueOf(status), row.getString(10)));
    }
}
