package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.PartitionDirectories;
import dev.cardinal.zoo.PublicApi;
import org.jspecify.annotations.Nullable;

/** Origin of an image's true class if its source does not contain one. */
@PublicApi
public enum TruthFrom {
    /** No truth. */
    NONE,
    /**
     * Name of the parent directory. For an image in an archive: the directory of the member if it has one, otherwise that of
     * the archive. For a directory {@code label=Bag}: only the value.
     */
    PARENT_DIR;

    ImageRef apply(ImageRef image) {
        return this == NONE || image.truth() != null || image.problem() != null
                ? image
                : image.withTruth(parentName(image));
    }

    private static @Nullable String parentName(ImageRef image) {
        String inArchive = image.path().substring(image.location().file().length());
        String member = inArchive.startsWith("!/") ? inArchive.substring(2) : "";
        String path = member.contains("/") ? member : image.location().file();
        String directory = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        return PartitionDirectories.value(directory.substring(directory.lastIndexOf('/') + 1));
    }
}
