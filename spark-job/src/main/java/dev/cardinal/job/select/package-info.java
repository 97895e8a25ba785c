/** Selects pseudo-labels from predictions. */
@NullMarked
package dev.cardinal.job.select;

import org.jspecify.annotations.NullMarked;
