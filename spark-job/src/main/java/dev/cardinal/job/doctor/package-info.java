/** Checks whether a machine or a cluster can label, measures how fast, and identifies the bottleneck. */
@NullMarked
package dev.cardinal.job.doctor;

import org.jspecify.annotations.NullMarked;
