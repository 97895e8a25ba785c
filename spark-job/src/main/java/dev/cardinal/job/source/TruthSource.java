package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.PartitionDirectories;
import java.io.Serializable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes the truth of images that have none of their own from their path: from a directory {@code label=Bag}, or from the name of
 * the parent directory.
 *
 * @param from the user's choice
 * @param labelField column that the user names, or null for {@code label}
 */
record TruthSource(TruthFrom from, @Nullable String labelField) implements Serializable {
    private static final String LABEL = "label";

    ImageRef apply(ImageRef image) {
        if (image.truth() != null || image.problem() != null) {
            return image;
        }
        if (image.location().container() == ImageContainer.FILE) {
            Map<String, @Nullable String> partitions = PartitionDirectories.of(image.path());
            String column = labelField == null ? LABEL : labelField;
            if (partitions.containsKey(column)) {
                return image.withTruth(partitions.get(column));
            }
        }
        return from.apply(image);
    }
}
