package dev.cardinal.job.doctor;

import dev.cardinal.udf.CounterSums;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.LabelMetrics;
import dev.cardinal.udf.LabelPartition;
import dev.cardinal.udf.PredictionSchema;
import dev.cardinal.udf.image.Status;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.TaskCompletionListener;

/**
 * A labelling task that is watched: its rows pass through, and when it ends it tells how it went. Serialized with every task; the
 * metrics must be those that the labelling itself adds to.
 */
final class MeasuredPartition implements FlatMapFunction<Iterator<ImageRef>, Row> {
    private static final long serialVersionUID = 1L;
    private static final int EXAMPLES = 3;

    // Rows on their way to a table do not know their columns' names.
    private static final StructType TABLE = PredictionSchema.table(Set.of(), List.of());
    private static final int PATH = TABLE.fieldIndex("path");
    private static final int STATUS = TABLE.fieldIndex("status");
    private static final int ERROR = TABLE.fieldIndex("error");

    private final LabelPartition labelling;
    private final LabelMetrics metrics;
    private final CollectionAccumulator<MeasuredTask> tasks;

    MeasuredPartition(LabelPartition labelling, LabelMetrics metrics, CollectionAccumulator<MeasuredTask> tasks) {
        this.labelling = labelling;
        this.metrics = metrics;
        this.tasks = tasks;
    }

    @Override
    public Iterator<Row> call(Iterator<ImageRef> images) {
        long start = System.nanoTime();
        Watched rows = new Watched(labelling.call(images), start);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> {
            if (rows.isOver()) {
                tasks.add(rows.told(CounterSums.of(metrics::value)));
            }
        });
        return rows;
    }

    /** Rows on their way. */
    private static final class Watched implements Iterator<Row> {
        private final Iterator<Row> rows;
        private final long startNanos;
        private final Map<String, Long> statuses = new TreeMap<>();
        private final List<String> examples = new ArrayList<>();
        private long endNanos;

        Watched(Iterator<Row> rows, long startNanos) {
            this.rows = rows;
            this.startNanos = startNanos;
        }

        @Override
        public boolean hasNext() {
            boolean more = rows.hasNext();
            if (!more && endNanos == 0) {
                endNanos = System.nanoTime();
            }
            return more;
        }

        @Override
        public Row next() {
            Row row = rows.next();
            String status = row.getString(STATUS);
            statuses.merge(status, 1L, Long::sum);
            if (!status.equals(Status.OK.id()) && examples.size() < EXAMPLES) {
                examples.add(row.getString(PATH) + ": " + status + ", " + row.getString(ERROR));
            }
            return row;
        }

        boolean isOver() {
            return endNanos != 0;
        }

        MeasuredTask told(CounterSums sums) {
            return new MeasuredTask(
                    SparkEnv.get().executorId(),
                    startNanos,
                    endNanos,
                    (System.nanoTime() - endNanos) / MeasuredTask.NANOS_PER_SECOND,
                    sums,
                    statuses,
                    examples);
        }
    }
}
