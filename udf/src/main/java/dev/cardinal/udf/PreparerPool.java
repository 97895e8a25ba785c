package dev.cardinal.udf;

import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.RawImage;
import dev.cardinal.zoo.Preprocessing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Preparers of one kind that nobody uses at the moment, lent for one image at a time: there are as many as threads that decode at
 * once.
 *
 * <p>A task leases a pool; when the last lease is given back all preparers are closed. Thread-safe; lives on executors.
 */
final class PreparerPool {
    private static final Map<Kind, PreparerPool> LEASED = new HashMap<>();

    /** Preparers with equal ones do the same. */
    private record Kind(Preprocessing preprocessing, ImageOptions options) {}

    private final Supplier<ImagePreparer> maker;
    private final Deque<ImagePreparer> idle = new ArrayDeque<>();
    private int leases;

    PreparerPool(Supplier<ImagePreparer> maker) {
        this.maker = maker;
    }

    /** Leases this process's preparers of a kind. */
    static ImagePreparer lease(Preprocessing preprocessing, ImageOptions options) {
        Kind kind = new Kind(preprocessing, options);
        synchronized (LEASED) {
            return LEASED.computeIfAbsent(
                            kind, k -> new PreparerPool(() -> ModelInput.preparer(preprocessing, options)))
                    .lease();
        }
    }

    /** A preparer that any number of threads may use; closing it gives the pool back. */
    ImagePreparer lease() {
        synchronized (LEASED) {
            leases++;
        }
        return new Lease();
    }

    /** How many pools of this process are leased. */
    static int leased() {
        synchronized (LEASED) {
            return LEASED.size();
        }
    }

    private final class Lease implements ImagePreparer {
        private boolean open = true;

        @Override
        public Preparation prepare(byte[] encoded) {
            return prepare(preparer -> preparer.prepare(encoded));
        }

        @Override
        public Preparation prepare(RawImage image) {
            return prepare(preparer -> preparer.prepare(image));
        }

        private Preparation prepare(Function<ImagePreparer, Preparation> image) {
            ImagePreparer preparer = borrow();
            Preparation preparation;
            try {
                preparation = image.apply(preparer);
            } catch (RuntimeException | Error e) {
                preparer.close();
                throw e;
            }
            giveBack(preparer);
            return preparation;
        }

        private ImagePreparer borrow() {
            synchronized (LEASED) {
                if (!open) {
                    throw new IllegalStateException("the lease has ended");
                }
                ImagePreparer preparer = idle.poll();
                if (preparer != null) {
                    return preparer;
                }
            }
            return maker.get();
        }

        @Override
        public void close() {
            Deque<ImagePreparer> unused = new ArrayDeque<>();
            synchronized (LEASED) {
                if (!open) {
                    return;
                }
                open = false;
                leases--;
                if (leases == 0) {
                    LEASED.values().remove(PreparerPool.this);
                    unused.addAll(idle);
                    idle.clear();
                }
            }
            unused.forEach(ImagePreparer::close);
        }
    }

    /** The one that was used last is lent first: its buffers are in the processor's cache. */
    private void giveBack(ImagePreparer preparer) {
        boolean kept;
        synchronized (LEASED) {
            kept = leases > 0;
            if (kept) {
                idle.push(preparer);
            }
        }
        if (!kept) {
            preparer.close();
        }
    }
}
