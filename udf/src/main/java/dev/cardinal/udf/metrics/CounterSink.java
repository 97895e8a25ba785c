package dev.cardinal.udf.metrics;

import java.io.Serializable;

/** Receives the counts of tasks. Serialized with every task, which adds to its copy on an executor, from one thread. */
public interface CounterSink extends Serializable {

    /** Adds to a counter. */
    void add(Counter counter, long amount);
}
