package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.ImageRef.Location;
import dev.cardinal.udf.fetch.SkipReason;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;

/** Converts entries of a listing to rows, a file to the rows of the images in it. Serialized with tasks. */
final class FileToRow implements FlatMapFunction<ListingEntry, Row> {
    private static final long serialVersionUID = 1L;

    private final TruthSource truth;

    FileToRow(TruthSource truth) {
        this.truth = truth;
    }

    @Override
    public Iterator<Row> call(ListingEntry listed) {
        FileEntry file = listed.file();
        if (file == null) {
            SkipReason reason = listed.reason();
            return List.of(
                            reason == null
                                    ? ListingSchema.failure(String.valueOf(listed.failure()))
                                    : ListingSchema.skipped(reason, listed.skipped()))
                    .iterator();
        }
        return List.of(row(file, truth)).iterator();
    }

    /** Returns the row of a file that is an image, or has a problem. */
    static Row row(FileEntry file, TruthSource truth) {
        ImageRef image = new ImageRef(
                file.path(),
                file.isReported() ? Location.reported(file.path()) : Location.file(file.path()),
                file.length(),
                file.modifiedMillis(),
                null,
                file.truth(),
                file.problem());
        return ListingSchema.image(truth.apply(image));
    }
}
