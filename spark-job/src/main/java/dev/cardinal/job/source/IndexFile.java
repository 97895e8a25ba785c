package dev.cardinal.job.source;

import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.ImageRef.Location;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;

/** Turns what a listing meets into rows: a file into the images that lie in it. Serialized with tasks. */
final class IndexFile implements FlatMapFunction<Listed, Row> {
    private static final long serialVersionUID = 1L;

    private final TruthFrom truthFrom;

    IndexFile(TruthFrom truthFrom) {
        this.truthFrom = truthFrom;
    }

    @Override
    public Iterator<Row> call(Listed listed) {
        FileEntry file = listed.file();
        if (file == null) {
            return List.of(FoundRows.other(listed.skipped(), listed.failure())).iterator();
        }
        ImageRef image = new ImageRef(
                file.path(),
                file.isReported() ? Location.reported(file.path()) : Location.file(file.path()),
                file.length(),
                file.modifiedMillis(),
                null,
                file.truth(),
                file.problem());
        return List.of(FoundRows.image(truthFrom.apply(image))).iterator();
    }
}
