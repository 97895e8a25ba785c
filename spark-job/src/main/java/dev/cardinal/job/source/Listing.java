package dev.cardinal.job.source;

import dev.cardinal.udf.ImageRef;
import java.util.List;

/**
 * What was found in the inputs.
 *
 * @param images one reference an image, no path twice, in order of path
 * @param skipped files passed over since their name, or that of a directory above them, begins with a dot; a directory counts
 *     once
 */
public record Listing(List<ImageRef> images, long skipped) {
    public Listing {
        images = List.copyOf(images);
    }
}
