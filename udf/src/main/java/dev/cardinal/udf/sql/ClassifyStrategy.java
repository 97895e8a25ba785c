package dev.cardinal.udf.sql;

import java.util.List;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.immutable.Seq;

/**
 * Planner strategy that turns a {@link ClassifyBatches} into a {@link ClassifyBatchesExec}. Spark needs it because its
 * own strategies do not know the operator. Stateless; lives on the driver.
 */
final class ClassifyStrategy extends SparkStrategy {
    @Override
    public Seq<SparkPlan> apply(LogicalPlan plan) {
        return ScalaInterop.seq(
                plan instanceof ClassifyBatches batches
                        ? List.of(new ClassifyBatchesExec(
                                batches.calls(), batches.results(), batches.kept(), planLater(batches.child())))
                        : List.of());
    }
}
