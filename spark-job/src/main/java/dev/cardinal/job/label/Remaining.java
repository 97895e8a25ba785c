package dev.cardinal.job.label;

import dev.cardinal.udf.ImageRef;
import java.util.List;

/**
 * What a table leaves to do.
 *
 * @param images listed images that it does not hold, as many as the run may label
 * @param alreadyLabelled listed images that it holds
 * @param changed those of them whose file has changed since
 */
record Remaining(List<ImageRef> images, long alreadyLabelled, long changed) {}
