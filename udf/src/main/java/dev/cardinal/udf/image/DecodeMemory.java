package dev.cardinal.udf.image;

/**
 * The memory of a process that images may take while they are decoded. Who asks first is served first; an image that wants more
 * than there is gets all of it, once nobody else holds any.
 *
 * <p>A thread asks for one image at a time and waits for nothing else while it holds memory, so that every wait ends. Thread-safe;
 * lives on executors.
 */
final class DecodeMemory {
    /** A third of the heap: Spark and the images that are read or wait for the model have the rest. */
    private static final DecodeMemory OF_PROCESS =
            new DecodeMemory(Runtime.getRuntime().maxMemory() / 3);

    private final long bytes;
    private long held;
    private long nextTicket;
    private long served;

    DecodeMemory(long bytes) {
        this.bytes = bytes;
    }

    /** The one of this process. */
    static DecodeMemory ofProcess() {
        return OF_PROCESS;
    }

    /** Waits until there is so much, or until nobody else holds any; an interruption is kept for later. */
    synchronized void reserve(long wanted) {
        long ticket = nextTicket++;
        boolean interrupted = false;
        while (ticket != served || (held > 0 && share(wanted) > bytes - held)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        served++;
        held += share(wanted);
        notifyAll();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until nobody else holds any, and takes all. */
    void reserveAll() {
        reserve(Long.MAX_VALUE);
    }

    /** Gives back what was asked for. */
    synchronized void release(long wanted) {
        held -= share(wanted);
        notifyAll();
    }

    void releaseAll() {
        release(Long.MAX_VALUE);
    }

    private long share(long wanted) {
        return Math.min(wanted, bytes);
    }
}
