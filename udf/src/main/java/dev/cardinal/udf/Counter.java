package dev.cardinal.udf;

/** What is counted of labelling, in each task, each process and the whole run. Times are sums over threads. */
public enum Counter {
    /** Rows made. */
    IMAGES("images"),
    /** Encoded bytes read. */
    BYTES("bytes"),
    /** Time spent reading. */
    FETCH_NANOS("fetchNanos"),
    /** Time spent decoding and preprocessing. */
    DECODE_NANOS("decodeNanos"),
    /** Time in which the model had nothing to do in a task, since no image was ready. */
    WAIT_NANOS("waitNanos"),
    /** Time spent in the model. */
    INFER_NANOS("inferNanos"),
    /** Time spent writing rows. */
    WRITE_NANOS("writeNanos"),
    /** Images that the model was asked about. */
    CLASSIFIED("classified"),
    /** Times that the model was asked. */
    BATCHES("batches");

    private final String id;

    Counter(String id) {
        this.id = id;
    }

    /** Its name, in camel case as Spark names its own. */
    public String id() {
        return id;
    }
}
