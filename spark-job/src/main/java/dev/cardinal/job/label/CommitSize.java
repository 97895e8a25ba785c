package dev.cardinal.job.label;

/**
 * The number of images in a commit, if the user does not set it: about ten minutes of work at the rate of the run so far, between
 * 10,000 and 5 million, and no more than the driver's memory can hold. Stateless.
 */
public final class CommitSize {
    static final int MIN = 10_000;
    static final int MAX = 5_000_000;
    static final double SECONDS = 600;

    /** Heap of the driver for one planned image: its reference, with a long path, and its share of a serialized task. */
    private static final long IMAGE_BYTES = 500;
    /** Commits of which the driver holds the images at a time: two in progress, and one that is being planned. */
    private static final int COMMITS = 3;

    private CommitSize() {}

    /**
     * Returns the size of the next commit.
     *
     * @param images images labeled so far
     * @param seconds since the first task began
     * @param heapBytes maximum heap of the driver
     */
    static int next(long images, double seconds, long heapBytes) {
        return ofRate(seconds > 0 ? images / seconds : 0, heapBytes);
    }

    /**
     * Returns the size of a commit.
     *
     * @param rate images per second, of all executors together
     * @param heapBytes maximum heap of the driver
     */
    public static int ofRate(double rate, long heapBytes) {
        long most = Math.max(MIN, Math.min(MAX, heapBytes / 2 / COMMITS / IMAGE_BYTES));
        return (int) Math.max(MIN, Math.min(most, Math.round(rate * SECONDS)));
    }
}
