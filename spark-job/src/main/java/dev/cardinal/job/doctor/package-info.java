/** Whether a machine or a cluster can label, how fast, and what holds it up. */
@NullMarked
package dev.cardinal.job.doctor;

import org.jspecify.annotations.NullMarked;
