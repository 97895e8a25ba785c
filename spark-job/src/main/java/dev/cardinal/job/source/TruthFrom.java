package dev.cardinal.job.source;

import dev.cardinal.udf.ImageRef;

/** Where an image's true class is taken from, where its source tells none. */
public enum TruthFrom {
    /** It has none. */
    NONE,
    /** The name of the directory it lies in: in an archive where the member has one, else of the file. */
    PARENT_DIR;

    ImageRef apply(ImageRef image) {
        return this == NONE || image.truth() != null || image.problem() != null
                ? image
                : image.withTruth(parentName(image));
    }

    private static String parentName(ImageRef image) {
        String inArchive = image.path().substring(image.location().file().length());
        String member = inArchive.startsWith("!/") ? inArchive.substring(2) : "";
        String path = member.contains("/") ? member : image.location().file();
        String directory = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        return directory.substring(directory.lastIndexOf('/') + 1);
    }
}
