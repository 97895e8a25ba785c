/** Labeling: the run, its predictions table, its lock and its record. */
@NullMarked
package dev.cardinal.job.label;

import org.jspecify.annotations.NullMarked;
