package dev.cardinal.udf.metrics;

/** The counters of labeling, kept for each task, each process and the whole run. Times are sums over threads. */
public enum Counter {
    /** Rows returned. */
    IMAGES("images"),
    /** Encoded bytes read. */
    BYTES("bytes"),
    /** Time spent reading. */
    FETCH_NANOS("fetchNanos"),
    /** Time spent decoding and preprocessing. */
    DECODE_NANOS("decodeNanos"),
    /** Time in which a task's model was idle because no image was ready. */
    WAIT_NANOS("waitNanos"),
    /** Time spent in the model. */
    INFER_NANOS("inferNanos"),
    /** Time spent writing rows. */
    WRITE_NANOS("writeNanos"),
    /** Images that the model classified. */
    CLASSIFIED("classified"),
    /** Batches that the model classified. */
    BATCHES("batches");

    private final String id;

    Counter(String id) {
        this.id = id;
    }

    /** Returns the name of the counter in camel case, like Spark's own metrics. */
    public String id() {
        return id;
    }
}
