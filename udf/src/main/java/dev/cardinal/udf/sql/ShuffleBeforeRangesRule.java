package dev.cardinal.udf.sql;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.RowOrdering;
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
 * Optimizer rule that prevents range partitioning from classifying every image twice.
 *
 * <p>It looks for a global sort or a range repartitioning whose input is classified in the same stage, and inserts a
 * shuffle below it. Spark computes the input of range partitioning twice, once to sample the ranges and once to fill
 * them; with the shuffle, the second pass reads shuffle files instead of classifying again. The rule leaves two plans
 * as they are: a sort below a limit, which Spark runs without ranges, and a plan whose only columns are results,
 * because the shuffle needs another column to partition by.
 *
 * <p>It runs before cost-based optimization, when no other rule moves operators. Stateless; lives on the driver.
 */
final class ShuffleBeforeRangesRule extends Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!hasBatches(plan)) {
            return plan;
        }
        Set<LogicalPlan> limited = Collections.newSetFromMap(new IdentityHashMap<>());
        plan.foreach(ScalaInterop.action(node -> {
            if (node instanceof LocalLimit limit) {
                limited.add(limit.child() instanceof Project project ? project.child() : limit.child());
            }
        }));
        return plan.transformDown(
                ScalaInterop.rule(node -> needsRanges(node) && !limited.contains(node) ? withShuffle(node) : node));
    }

    private static boolean needsRanges(LogicalPlan plan) {
        return plan instanceof Sort sort
                ? sort.global()
                : plan instanceof RepartitionByExpression byExpression
                        && byExpression
                                .partitionExpressions()
                                .exists(ScalaInterop.predicate(SortOrder.class::isInstance));
    }

    private static LogicalPlan withShuffle(LogicalPlan plan) {
        LogicalPlan child = plan.children().head();
        List<Attribute> columns = classifies(child) ? columnsWithoutResults(child) : List.of();
        if (columns.isEmpty()) {
            return plan;
        }
        LogicalPlan shuffle =
                new RebalancePartitions(ScalaInterop.<Expression>seq(columns), child, Option.empty(), Option.empty());
        return plan.withNewChildren(ScalaInterop.seq(List.of(shuffle)));
    }

    /**
     * Returns the output columns that do not depend on a result. Partitioning by them sends a retried task's rows to
     * the same partitions, although its scores may differ in the last digits because its batches differ.
     */
    private static List<Attribute> columnsWithoutResults(LogicalPlan plan) {
        List<Attribute> below = new ArrayList<>();
        plan.foreach(ScalaInterop.action(node -> {
            if (node instanceof ClassifyBatches batches && !hasBatches(batches.child())) {
                below.addAll(ScalaInterop.list(batches.child().output()));
            }
        }));
        AttributeSet columns = LogicalPlans.set(ScalaInterop.seq(below));
        return ScalaInterop.list(plan.output()).stream()
                .filter(column -> columns.contains(column) && RowOrdering.isOrderable(column.dataType()))
                .toList();
    }

    private static boolean hasBatches(LogicalPlan plan) {
        return plan.exists(ScalaInterop.predicate(ClassifyBatches.class::isInstance));
    }

    /** Returns whether the stage that computes a plan's rows may classify. */
    private static boolean classifies(LogicalPlan plan) {
        return plan instanceof ClassifyBatches
                || (!shuffles(plan)
                        && ScalaInterop.list(plan.children()).stream().anyMatch(ShuffleBeforeRangesRule::classifies));
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
