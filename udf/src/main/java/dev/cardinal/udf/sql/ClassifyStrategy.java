package dev.cardinal.udf.sql;

import java.util.List;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.immutable.Seq;

/** Plans {@link ClassifyBatches}. Stateless; lives on the driver. */
public final class ClassifyStrategy extends SparkStrategy {
    @Override
    public Seq<SparkPlan> apply(LogicalPlan plan) {
        return ScalaCode.seq(
                plan instanceof ClassifyBatches batches
                        ? List.of(new ClassifyBatchesExec(
                                batches.calls(), batches.results(), batches.kept(), planLater(batches.child())))
                        : List.of());
    }
}
