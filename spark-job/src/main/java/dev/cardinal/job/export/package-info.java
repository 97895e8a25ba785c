/** Turns a selection of pseudo-labels into shards that training frameworks read. */
@NullMarked
package dev.cardinal.job.export;

import org.jspecify.annotations.NullMarked;
