/** Compares teachers on the same images. */
@NullMarked
package dev.cardinal.job.compare;

import org.jspecify.annotations.NullMarked;
