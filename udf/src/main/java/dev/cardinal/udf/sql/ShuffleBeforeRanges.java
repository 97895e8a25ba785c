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
 * The optimizer's rule that keeps a global sort from classifying twice: Spark computes what it sorts once to find the ranges of its
 * partitions and once more to fill them. A shuffle between keeps what was classified. Where a query has no column but results it stays
 * as it is.
 *
 * <p>It runs when no other rule moves operators any more. The first rows of an order need no ranges. Stateless; lives on the driver.
 */
public final class ShuffleBeforeRanges extends Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!hasBatches(plan)) {
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
        List<Attribute> columns = classifies(child) ? unclassified(child) : List.of();
        if (columns.isEmpty()) {
            return plan;
        }
        LogicalPlan shuffle =
                new RebalancePartitions(ScalaCode.<Expression>seq(columns), child, Option.empty(), Option.empty());
        return plan.withNewChildren(ScalaCode.seq(List.of(shuffle)));
    }

    /**
     * Columns that no result is in. By them a task that is tried again sends its rows where it sent them before, though its scores
     * differ in the last digits with the batches.
     */
    private static List<Attribute> unclassified(LogicalPlan plan) {
        List<Attribute> below = new ArrayList<>();
        plan.foreach(ScalaCode.action(node -> {
            if (node instanceof ClassifyBatches batches && !hasBatches(batches.child())) {
                below.addAll(ScalaCode.list(batches.child().output()));
            }
        }));
        AttributeSet columns = Plans.set(ScalaCode.seq(below));
        return ScalaCode.list(plan.output()).stream()
                .filter(column -> columns.contains(column) && RowOrdering.isOrderable(column.dataType()))
                .toList();
    }

    private static boolean hasBatches(LogicalPlan plan) {
        return plan.exists(ScalaCode.predicate(ClassifyBatches.class::isInstance));
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
