package dev.cardinal.job.export;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sample with its bytes, as a shard writer receives it.
 *
 * @param key name of the sample, unique in its split
 * @param image encoded image
 * @param extension of the image's format, without a dot
 * @param path path of the image's row
 * @param sha256 SHA-256 of the image that was labeled
 * @param sha256OfFile SHA-256 of {@code image} if it was encoded again, else null
 * @param sample the sample
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes, never compared
record WrittenSample(
        String key,
        byte[] image,
        String extension,
        String path,
        String sha256,
        @Nullable String sha256OfFile,
        TrainingSample sample) {
    List<SampleClass> classes() {
        return sample.classes();
    }

    SampleClass first() {
        return sample.first();
    }
}
