/** Finds images that look the same: near-duplicates among candidates, and candidates that look like excluded images. */
@NullMarked
package dev.cardinal.job.duplicates;

import org.jspecify.annotations.NullMarked;
