package dev.cardinal.udf;

import java.io.Serializable;

/** Where the counts of tasks go. A task adds to its copy on an executor, from one thread. */
public interface CounterSink extends Serializable {

    /** Adds to a counter. */
    void add(Counter counter, long amount);
}
