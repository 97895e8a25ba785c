/**
 * Counters of images, bytes and time: per task, executor process and run, and their gauges in Spark's metrics system.
 */
@NullMarked
package dev.cardinal.udf.metrics;

import org.jspecify.annotations.NullMarked;
