package dev.cardinal.udf.image;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The weights of the axes that were scaled last: a dataset has few sizes of image. Not thread-safe.
 *
 * @param <W> the weights of a filter along one axis
 */
final class AxisCache<W> {

    private static final int CACHED_AXES = 64;

    /** Makes the weights for output samples {@code from} to {@code from + count} of {@code out}. */
    interface Filter<W> {
        W weights(int in, int out, int from, int count);
    }

    private record Axis(int in, int out, int from, int count) {}

    private final Filter<W> filter;
    private final Map<Axis, W> cache = new LinkedHashMap<>(CACHED_AXES, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Axis, W> eldest) {
            return size() > CACHED_AXES;
        }
    };

    AxisCache(Filter<W> filter) {
        this.filter = filter;
    }

    W columns(Pixels source, Geometry geometry) {
        return of(new Axis(
                source.width(),
                geometry.resized().width(),
                geometry.left(),
                geometry.visible().width()));
    }

    W rows(Pixels source, Geometry geometry) {
        return of(new Axis(
                source.height(),
                geometry.resized().height(),
                geometry.top(),
                geometry.visible().height()));
    }

    private W of(Axis axis) {
        return cache.computeIfAbsent(axis, a -> filter.weights(a.in(), a.out(), a.from(), a.count()));
    }
}
