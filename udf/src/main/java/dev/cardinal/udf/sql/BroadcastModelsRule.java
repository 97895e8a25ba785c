package dev.cardinal.udf.sql;

import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.ColumnarRule;
import org.apache.spark.sql.execution.SparkPlan;

/**
 * Physical rule that starts the broadcast of each model that a plan evaluates row by row, before the plan runs.
 *
 * <p>It looks at every operator except {@link ClassifyBatchesExec}, which requests its model itself, and calls
 * {@link QueryModel#spec} for each {@link Classify} in the operator's expressions. The plan stays as it is. Without the
 * rule, the model would be broadcast while Spark serializes the operator's tasks. It is a columnar rule because Spark
 * applies these at the end of physical planning. Lives on the driver.
 */
final class BroadcastModelsRule extends ColumnarRule {
    @Override
    public Rule<SparkPlan> preColumnarTransitions() {
        return new Rule<>() {
            @Override
            public SparkPlan apply(SparkPlan plan) {
                plan.foreach(ScalaInterop.action(operator -> {
                    if (!(operator instanceof ClassifyBatchesExec)) {
                        ScalaInterop.list(operator.expressions()).forEach(BroadcastModelsRule::broadcastModels);
                    }
                }));
                return plan;
            }
        };
    }

    private static void broadcastModels(Expression expression) {
        expression.foreach(ScalaInterop.action(e -> {
            if (e instanceof Classify call) {
                call.model().spec();
            }
        }));
    }
}
