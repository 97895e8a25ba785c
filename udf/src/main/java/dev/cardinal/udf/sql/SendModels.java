package dev.cardinal.udf.sql;

import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.ColumnarRule;
import org.apache.spark.sql.execution.SparkPlan;

/** Sends the models of calls that are evaluated a row at a time before the operators that evaluate them run. Lives on the driver. */
public final class SendModels extends ColumnarRule {
    @Override
    public Rule<SparkPlan> preColumnarTransitions() {
        return new Rule<>() {
            @Override
            public SparkPlan apply(SparkPlan plan) {
                plan.foreach(ScalaCode.action(operator -> {
                    if (!(operator instanceof ClassifyBatchesExec)) {
                        ScalaCode.list(operator.expressions()).forEach(SendModels::send);
                    }
                }));
                return plan;
            }
        };
    }

    private static void send(Expression expression) {
        expression.foreach(ScalaCode.action(e -> {
            if (e instanceof Classify call) {
                call.model().spec();
            }
        }));
    }
}
