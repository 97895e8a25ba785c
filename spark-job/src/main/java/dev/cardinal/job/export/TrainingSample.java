package dev.cardinal.job.export;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sample to be written. Serialized in Spark's shuffle.
 *
 * @param place where its image is
 * @param classes classes that selected it, the highest score first; not empty
 * @param soft soft labels, or null
 */
record TrainingSample(
        ImagePlace place,
        List<SampleClass> classes,
        @Nullable Soft soft) implements Serializable {

    /**
     * The place of an image's bytes.
     *
     * @param path path of the image's row
     * @param file file that contains the bytes
     * @param container kind of that file: an {@link dev.cardinal.udf.fetch.ImageContainer}, or {@link #COPIED}
     * @param position where the bytes begin in the file
     * @param length number of bytes; exact if the container is {@link #COPIED}
     * @param sha256 SHA-256 of the bytes that were labeled, or null
     * @param problem why there are no bytes, or null
     */
    record ImagePlace(
            String path,
            String file,
            String container,
            long position,
            long length,
            @Nullable String sha256,
            @Nullable String problem)
            implements Serializable {
        /** The container of bytes that {@link CopiedImages} has written. */
        static final String COPIED = "COPIED";
    }

    /**
     * A teacher's distribution.
     *
     * @param classes class indices; null if there is a probability for every class
     * @param probabilities their probabilities
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared
    record Soft(int @Nullable [] classes, float[] probabilities) implements Serializable {}

    SampleClass first() {
        return classes.get(0);
    }
}
