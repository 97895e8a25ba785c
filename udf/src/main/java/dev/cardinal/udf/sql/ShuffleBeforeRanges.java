package dev.cardinal.udf.sql;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.RebalancePartitions;
import org.apache.spark.sql.catalyst.plans.logical.Repartition;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionByExpression;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.Window;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.Option;

/**
 * The optimizer's rule that keeps a global sort from classifying twice: Spark computes what it sorts once to find the ranges of its
 * partitions and once more to fill them. A shuffle between keeps what was classified.
 *
 * <p>It runs when no other rule moves operators any more. The first rows of an order need no ranges. Stateless; lives on the driver.
 */
public final class ShuffleBeforeRanges extends Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!plan.exists(ScalaCode.predicate(ClassifyBatches.class::isInstance))) {
            return plan;
        }
        Set<LogicalPlan> limited = Collections.newSetFromMap(new IdentityHashMap<>());
        plan.foreach(ScalaCode.action(node -> {
            if (node instanceof LocalLimit limit) {
                limited.add(limit.child() instanceof Project project ? project.child() : limit.child());
            }
        }));
        return plan.transformDown(
                ScalaCode.rule(node -> hasRanges(node) && !limited.contains(node) ? shuffled(node) : node));
    }

    private static boolean hasRanges(LogicalPlan plan) {
        return plan instanceof Sort sort
                ? sort.global()
                : plan instanceof RepartitionByExpression byExpression
                        && byExpression.partitionExpressions().exists(ScalaCode.predicate(SortOrder.class::isInstance));
    }

    private static LogicalPlan shuffled(LogicalPlan plan) {
        LogicalPlan child = plan.children().head();
        if (!classifies(child)) {
            return plan;
        }
        LogicalPlan shuffle = new RebalancePartitions(ScalaCode.seq(List.of()), child, Option.empty(), Option.empty());
        return plan.withNewChildren(ScalaCode.seq(List.of(shuffle)));
    }

    /** Whether the stage that computes a plan's rows may classify. */
    private static boolean classifies(LogicalPlan plan) {
        return plan instanceof ClassifyBatches
                || (!shuffles(plan)
                        && ScalaCode.list(plan.children()).stream().anyMatch(ShuffleBeforeRanges::classifies));
    }

    private static boolean shuffles(LogicalPlan plan) {
        return plan instanceof Aggregate
                || plan instanceof Window
                || plan instanceof GlobalLimit
                || plan instanceof RebalancePartitions
                || plan instanceof RepartitionByExpression
                || (plan instanceof Sort sort && sort.global())
                || (plan instanceof Repartition repartition && repartition.shuffle());
    }
}
