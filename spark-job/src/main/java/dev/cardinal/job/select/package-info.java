/** Predictions to a selection of pseudo-labels. */
@NullMarked
package dev.cardinal.job.select;

import org.jspecify.annotations.NullMarked;
