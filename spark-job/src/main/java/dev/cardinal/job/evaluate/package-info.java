/** Predictions and truth to metrics. */
@NullMarked
package dev.cardinal.job.evaluate;

import org.jspecify.annotations.NullMarked;
