package dev.cardinal.udf.metrics;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.spark.util.AccumulatorV2;

/**
 * Collects the distinct values that tasks add, unordered. For few values. Thread-safe, because Spark does not
 * synchronize accumulators.
 */
final class SetAccumulator<T> extends AccumulatorV2<T, Set<T>> {
    private static final long serialVersionUID = 1L;

    private final Set<T> values = Collections.synchronizedSet(new LinkedHashSet<>());

    @Override
    public boolean isZero() {
        return values.isEmpty();
    }

    @Override
    public AccumulatorV2<T, Set<T>> copy() {
        SetAccumulator<T> copy = new SetAccumulator<>();
        copy.values.addAll(value());
        return copy;
    }

    @Override
    public void reset() {
        values.clear();
    }

    @Override
    public void add(T value) {
        values.add(value);
    }

    @Override
    public void merge(AccumulatorV2<T, Set<T>> other) {
        values.addAll(other.value());
    }

    @Override
    public Set<T> value() {
        synchronized (values) {
            return Set.copyOf(values);
        }
    }
}
