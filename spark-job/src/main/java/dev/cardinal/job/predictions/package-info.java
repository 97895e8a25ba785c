/** Predictions tables as the commands read them that come after labelling. */
@NullMarked
package dev.cardinal.job.predictions;

import org.jspecify.annotations.NullMarked;
