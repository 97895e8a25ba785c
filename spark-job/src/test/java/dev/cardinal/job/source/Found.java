package dev.cardinal.job.source;

import dev.cardinal.job.LocalSpark;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.RecordFields;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What a source finds, in one list.
 *
 * @param images in order of path
 * @param skipped entries passed over
 */
record Found(List<ImageRef> images, long skipped) {

    static Found in(SourceSpec spec, Configuration configuration) throws IOException {
        try (FoundImages found = new ImageSource(spec, configuration)
                .find(
                        LocalSpark.session(),
                        RecordFields.usual(),
                        LocalSpark.context().broadcast(new SerializableConfiguration(configuration)))) {
            List<ImageRef> images = found.images().sort(FoundRows.PATH).collectAsList().stream()
                    .map(FoundRows::image)
                    .toList();
            return new Found(images, found.skipped());
        }
    }
}
