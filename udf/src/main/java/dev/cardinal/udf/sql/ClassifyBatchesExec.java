package dev.cardinal.udf.sql;

import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.CounterSink;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * Physical operator for {@link ClassifyBatches}. The rows of a partition keep their order. A task reads a few batches
 * ahead of the model, and never more than fits into its share of the memory. Immutable except for its metrics; lives on
 * the driver. Public because Spark copies nodes through their public constructor.
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
                ScalaInterop.list(calls), kept, child.output(), new Counters(new EnumMap<>(counters())));
        return child.execute().toJavaRDD().mapPartitions(partition, true).rdd();
    }

    @Override
    public scala.collection.immutable.Map<String, SQLMetric> metrics() {
        Map<String, SQLMetric> metrics = new HashMap<>();
        counters().forEach((counter, metric) -> metrics.put(counter.id(), metric));
        return ScalaInterop.map(metrics);
    }

    private synchronized Map<Counter, SQLMetric> counters() {
        if (counters == null) {
            SparkContext spark = sparkContext();
            EnumMap<Counter, SQLMetric> created = new EnumMap<>(Counter.class);
            for (Counter counter : Counter.values()) {
                created.put(counter, metric(spark, counter));
            }
            counters = created;
        }
        return counters;
    }

    private static SQLMetric metric(SparkContext spark, Counter counter) {
        return switch (counter) {
            case IMAGES -> SQLMetrics.createMetric(spark, "number of output rows");
            case CLASSIFIED -> SQLMetrics.createMetric(spark, "images classified");
            case BATCHES -> SQLMetrics.createMetric(spark, "batches");
            case BYTES -> SQLMetrics.createSizeMetric(spark, "size of images", -1);
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

    /** Counters of a task; Spark sums them and shows them with the operator. */
    private static final class Counters implements CounterSink {
        private static final long serialVersionUID = 1L;

        private final EnumMap<Counter, SQLMetric> metrics;

        Counters(EnumMap<Counter, SQLMetric> metrics) {
            this.metrics = metrics;
        }

        @Override
        @SuppressWarnings("NullAway") // every counter has a metric
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
        return LogicalPlans.set(results);
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
        return ScalaInterop.seq(List.of(child));
    }

    @Override
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> newChildren) {
        return new ClassifyBatchesExec(calls, results, kept, newChildren.apply(0));
    }

    @Override
    public String argString(int maxFields) {
        return ClassifyBatches.arguments(calls, results, kept);
    }

    @Override
    public int productArity() {
        return 4;
    }

    @Override
    public Object productElement(int n) {
        return List.of(calls, results, kept, child).get(n);
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof ClassifyBatchesExec;
    }

    @Override
    public boolean equals(Object other) {
        return ScalaInterop.equal(this, other);
    }
}
