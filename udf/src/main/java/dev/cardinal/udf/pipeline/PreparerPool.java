package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.image.ImageHash;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.RawImage;
import dev.cardinal.zoo.card.Preprocessing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A pool of equal preparers, each borrowed for one image at a time, so there are as many as threads decode at the same time.
 *
 * <p>A task leases a pool; when the last lease is returned, all preparers are closed. Thread-safe; lives on executors.
 */
final class PreparerPool {
    private static final Map<PoolKey, PreparerPool> LEASED = new HashMap<>();

    /** What preparers of a pool have in common. */
    private record PoolKey(List<Preprocessing> preprocessings, ImageOptions options, ImageHash hash) {}

    private final Supplier<ImagePreparer> maker;
    private final Deque<ImagePreparer> idle = new ArrayDeque<>();
    private int leases;

    PreparerPool(Supplier<ImagePreparer> maker) {
        this.maker = maker;
    }

    /** Leases this process's pool for models with these preprocessings, in this order. */
    static ImagePreparer lease(List<Preprocessing> preprocessings, ImageOptions options, ImageHash hash) {
        PoolKey key = new PoolKey(List.copyOf(preprocessings), options, hash);
        synchronized (LEASED) {
            return LEASED.computeIfAbsent(
                            key,
                            k -> new PreparerPool(() -> ModelInput.preparer(k.preprocessings(), k.options(), k.hash())))
                    .lease();
        }
    }

    /** Returns a preparer that any number of threads may use; closing it returns the lease. */
    ImagePreparer lease() {
        synchronized (LEASED) {
            leases++;
        }
        return new LeasedPreparer();
    }

    /** Returns the number of leased pools of this process. */
    static int leased() {
        synchronized (LEASED) {
            return LEASED.size();
        }
    }

    private final class LeasedPreparer implements ImagePreparer {
        private boolean open = true;

        @Override
        public Preparation prepare(byte[] encoded) {
            return prepare(preparer -> preparer.prepare(encoded));
        }

        @Override
        public List<Preparation> prepareForEach(byte[] encoded) {
            return prepare(preparer -> preparer.prepareForEach(encoded));
        }

        @Override
        public Preparation prepare(RawImage image) {
            return prepare(preparer -> preparer.prepare(image));
        }

        private <T> T prepare(Function<ImagePreparer, T> image) {
            ImagePreparer preparer = borrow();
            T preparation;
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

    /**
     * Returns a preparer to the pool. The last one returned is borrowed first, because its buffers are in the processor's cache.
     */
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
