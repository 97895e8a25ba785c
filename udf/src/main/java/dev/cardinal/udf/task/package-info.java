/** Helpers for Spark tasks: threads, clean-up at the end of a task, and the cores of the executor. */
@NullMarked
package dev.cardinal.udf.task;

import org.jspecify.annotations.NullMarked;
