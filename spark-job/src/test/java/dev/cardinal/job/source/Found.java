package dev.cardinal.job.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.TestSpark;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What a source finds, in one list.
 *
 * @param images in order of path
 * @param skipped number of skipped entries
 * @param because reasons for the skipped entries, as phrases
 */
record Found(List<ImageRef> images, long skipped, List<String> because) {

    static Found in(SourceSpec spec, Configuration configuration) throws IOException {
        return in(spec, RecordFields.usual(), configuration);
    }

    static Found in(SourceSpec spec, RecordFields fields, Configuration configuration) throws IOException {
        try (ImageListing found = new ImageSource(spec, configuration)
                .find(
                        TestSpark.session(),
                        fields,
                        TestSpark.context().broadcast(new SerializableConfiguration(configuration)))) {
            List<ImageRef> images = found.images().sort(ListingSchema.PATH).collectAsList().stream()
                    .map(ListingSchema::image)
                    .toList();
            found.fewImages().ifPresent(few -> assertThat(few).containsExactlyInAnyOrderElementsOf(images));
            return new Found(images, found.skipped().total(), found.skipped().descriptions());
        }
    }
}
