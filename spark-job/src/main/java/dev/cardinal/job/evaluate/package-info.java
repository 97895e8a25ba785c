/** Computes metrics from predictions and truth. */
@NullMarked
package dev.cardinal.job.evaluate;

import org.jspecify.annotations.NullMarked;
