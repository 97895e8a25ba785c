package dev.cardinal.udf.sql;

import dev.cardinal.udf.Counter;
import dev.cardinal.udf.CounterSink;
import dev.cardinal.udf.sql.ClassifyBatches.Column;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.execution.metric.SQLMetrics;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * The physical operator of {@link ClassifyBatches}. The rows of a partition keep their order; a task reads ahead of the model by a
 * few batches and by no more than its part of the memory. Immutable but for its metrics; lives on the driver.
 */
public final class ClassifyBatchesExec extends SparkPlan {
    private static final long serialVersionUID = 1L;

    private final Seq<Classify> calls;
    private final Seq<Attribute> results;
    private final Seq<Attribute> kept;
    private final SparkPlan child;
    private transient @Nullable Map<Counter, SQLMetric> counters;

    public ClassifyBatchesExec(Seq<Classify> calls, Seq<Attribute> results, Seq<Attribute> kept, SparkPlan child) {
        this.calls = calls;
        this.results = results;
        this.kept = kept;
        this.child = child;
    }

    @Override
    public RDD<InternalRow> doExecute() {
        ClassifyPartition partition = new ClassifyPartition(
                ScalaCode.list(calls), kept, child.output(), new Counters(new EnumMap<>(counters())));
        return child.execute().toJavaRDD().mapPartitions(partition, true).rdd();
    }

    @Override
    public scala.collection.immutable.Map<String, SQLMetric> metrics() {
        Map<String, SQLMetric> metrics = new HashMap<>();
        counters().forEach((counter, metric) -> metrics.put(counter.id(), metric));
        return ScalaCode.map(metrics);
    }

    private synchronized Map<Counter, SQLMetric> counters() {
        if (counters == null) {
            SparkContext spark = sparkContext();
            EnumMap<Counter, SQLMetric> made = new EnumMap<>(Counter.class);
            for (Counter counter : Counter.values()) {
                made.put(counter, metric(spark, counter));
            }
            counters = made;
        }
        return counters;
    }

    private static SQLMetric metric(SparkContext spark, Counter counter) {
        return switch (counter) {
            case IMAGES -> SQLMetrics.createMetric(spark, "number of output rows");
            case CLASSIFIED -> SQLMetrics.createMetric(spark, "images classified");
            case BATCHES -> SQLMetrics.createMetric(spark, "batches");
            case BYTES -> size(spark, "size of images");
            case FETCH_NANOS -> time(spark, "time for rows to come");
            case DECODE_NANOS -> time(spark, "time decoding");
            case WAIT_NANOS -> time(spark, "time the model waited");
            case INFER_NANOS -> time(spark, "time in the model");
            case WRITE_NANOS -> time(spark, "time rows were used");
        };
    }

    private static SQLMetric time(SparkContext spark, String name) {
        return SQLMetrics.createNanoTimingMetric(spark, name, -1);
    }

    private static SQLMetric size(SparkContext spark, String name) {
        return SQLMetrics.createSizeMetric(spark, name, -1);
    }

    /** A task's counters, which Spark sums and shows beside the operator. */
    private static final class Counters implements CounterSink {
        private static final long serialVersionUID = 1L;

        private final EnumMap<Counter, SQLMetric> metrics;

        Counters(EnumMap<Counter, SQLMetric> metrics) {
            this.metrics = metrics;
        }

        @Override
        @SuppressWarnings("NullAway") // every counter has one
        public void add(Counter counter, long amount) {
            metrics.get(counter).add(amount);
        }
    }

    @Override
    public Seq<Attribute> output() {
        return ClassifyBatches.output(results, kept);
    }

    @Override
    public AttributeSet producedAttributes() {
        return Plans.set(results);
    }

    @Override
    public Partitioning outputPartitioning() {
        return child.outputPartitioning();
    }

    @Override
    public Seq<SortOrder> outputOrdering() {
        return child.outputOrdering();
    }

    @Override
    public Seq<SparkPlan> children() {
        return ScalaCode.seq(List.of(child));
    }

    @Override
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> newChildren) {
        return new ClassifyBatchesExec(calls, results, kept, newChildren.apply(0));
    }

    @Override
    public String argString(int maxFields) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            columns.add(new Column(calls.apply(i), results.apply(i)));
        }
        return ClassifyBatches.arguments(columns, kept);
    }

    @Override
    public int productArity() {
        return 4;
    }

    @Override
    public Object productElement(int n) {
        return switch (n) {
            case 0 -> calls;
            case 1 -> results;
            case 2 -> kept;
            case 3 -> child;
            default -> throw new IndexOutOfBoundsException(n);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof ClassifyBatchesExec;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClassifyBatchesExec that
                && calls.equals(that.calls)
                && results.equals(that.results)
                && kept.equals(that.kept)
                && child.equals(that.child);
    }

    @Override
    public int hashCode() {
        return Objects.hash(calls, results, kept, child);
    }
}
