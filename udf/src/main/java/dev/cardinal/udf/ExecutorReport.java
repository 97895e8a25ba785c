package dev.cardinal.udf;

import java.io.Serializable;

/**
 * The message in which an executor tells the driver what it has counted.
 *
 * @param executor Spark's id of the executor
 * @param sums what it has counted since it began
 */
record ExecutorReport(String executor, CounterSums sums) implements Serializable {}
