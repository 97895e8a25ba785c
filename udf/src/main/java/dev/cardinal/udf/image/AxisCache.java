package dev.cardinal.udf.image;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Caches the weights of the axes that were scaled most recently, because a dataset has few image sizes. Not
 * thread-safe.
 *
 * @param <W> weights of a filter along one axis
 */
final class AxisCache<W> {

    private static final int CACHED_AXES = 64;

    /** Computes the weights of output samples {@code from} to {@code from + count} of {@code out}. */
    interface Filter<W> {
        W weights(int in, int out, int from, int count);
    }

    private record CachedAxis(int in, int out, int from, int count) {}

    private final Filter<W> filter;
    private final Map<CachedAxis, W> cache = new LinkedHashMap<>(CACHED_AXES, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CachedAxis, W> eldest) {
            return size() > CACHED_AXES;
        }
    };

    AxisCache(Filter<W> filter) {
        this.filter = filter;
    }

    W columns(Pixels source, Geometry geometry) {
        return of(new CachedAxis(
                source.width(),
                geometry.resized().width(),
                geometry.left(),
                geometry.visible().width()));
    }

    W rows(Pixels source, Geometry geometry) {
        return of(new CachedAxis(
                source.height(),
                geometry.resized().height(),
                geometry.top(),
                geometry.visible().height()));
    }

    private W of(CachedAxis axis) {
        return cache.computeIfAbsent(axis, a -> filter.weights(a.in(), a.out(), a.from(), a.count()));
    }
}
