package dev.cardinal.udf.image;

/**
 * Limits the memory that images take while they are decoded, for the whole process. Requests are served in the
 * order of their arrival. An image that needs more than the limit gets all of it, as soon as no other image has any.
 *
 * <p>A thread reserves memory for one image at a time and waits for nothing else while it has memory, so that every
 * wait ends. Thread-safe; lives on executors.
 */
final class DecodeMemory {
    /** A third of the heap; the rest is for Spark and for images that are being read or wait for the model. */
    private static final DecodeMemory OF_PROCESS =
            new DecodeMemory(Runtime.getRuntime().maxMemory() / 3);

    private final long bytes;
    private long reserved;
    private long nextTicket;
    private long nowServing;

    DecodeMemory(long bytes) {
        this.bytes = bytes;
    }

    /** Returns the instance of this process. */
    static DecodeMemory ofProcess() {
        return OF_PROCESS;
    }

    /** Waits until that much is free, or until nothing is reserved. An interruption is restored afterwards. */
    synchronized void reserve(long wanted) {
        long ticket = nextTicket++;
        boolean interrupted = false;
        while (ticket != nowServing || (reserved > 0 && capped(wanted) > bytes - reserved)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        nowServing++;
        reserved += capped(wanted);
        notifyAll();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until nothing is reserved, and reserves everything. */
    void reserveAll() {
        reserve(Long.MAX_VALUE);
    }

    /** Releases a reservation of that many bytes. */
    synchronized void release(long wanted) {
        reserved -= capped(wanted);
        notifyAll();
    }

    void releaseAll() {
        release(Long.MAX_VALUE);
    }

    private long capped(long wanted) {
        return Math.min(wanted, bytes);
    }
}
