package dev.cardinal.udf.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Repartition;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionByExpression;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.jspecify.annotations.Nullable;

/**
 * The result of a call that a plan already computes. It allows a query that filters by a classification and also
 * selects it to classify once.
 *
 * @param plan the plan, with the result column appended to its output if it was not part of it
 * @param result the result column
 */
record ReusableResult(LogicalPlan plan, Attribute result) {

    /** Returns the result of a call in a plan, or null if the plan does not compute it. */
    static @Nullable ReusableResult find(LogicalPlan plan, Classify call) {
        if (plan instanceof ClassifyBatches batches) {
            return find(batches, call);
        }
        if (plan instanceof Project project) {
            return find(project, call);
        }
        if (!passesColumnsThrough(plan)) {
            return null;
        }
        ReusableResult below = find(plan.children().head(), call);
        return below == null
                ? null
                : new ReusableResult(plan.withNewChildren(ScalaInterop.seq(List.of(below.plan))), below.result);
    }

    private static boolean passesColumnsThrough(LogicalPlan plan) {
        return plan instanceof Filter
                || plan instanceof Sort
                || plan instanceof SubqueryAlias
                || plan instanceof GlobalLimit
                || plan instanceof LocalLimit
                || plan instanceof Repartition
                || plan instanceof RepartitionByExpression;
    }

    private static @Nullable ReusableResult find(ClassifyBatches batches, Classify call) {
        for (ClassifyBatches.ClassifyOutput column : batches.columns()) {
            Classify existing = column.call();
            boolean same = existing.k() == call.k()
                    && existing.model().equals(call.model())
                    && origin(existing.image(), batches.child()).semanticEquals(origin(call.image(), batches.child()));
            if (same) {
                return new ReusableResult(batches, column.result());
            }
        }
        ReusableResult below = find(batches.child(), call);
        if (below == null) {
            return null;
        }
        List<Attribute> kept = new ArrayList<>(ScalaInterop.list(batches.kept()));
        if (kept.stream().anyMatch(below.result::semanticEquals)) {
            return new ReusableResult(batches.over(below.plan), below.result);
        }
        kept.add(below.result);
        List<Attribute> columns = new ArrayList<>(ScalaInterop.list(batches.output()));
        columns.add(below.result);
        return new ReusableResult(
                LogicalPlans.select(columns, batches.over(below.plan).with(batches.columns(), kept)), below.result);
    }

    private static @Nullable ReusableResult find(Project project, Classify call) {
        Expression image = origin(call.image(), project);
        if (!image.references().subsetOf(project.child().outputSet())) {
            return null;
        }
        ReusableResult below = find(project.child(), new Classify(image, call.k(), call.model()));
        if (below == null) {
            return null;
        }
        List<NamedExpression> columns = new ArrayList<>(ScalaInterop.list(project.projectList()));
        if (columns.stream().noneMatch(column -> below.result.semanticEquals((Expression) column))) {
            columns.add(below.result);
        }
        return new ReusableResult(LogicalPlans.select(columns, below.plan), below.result);
    }

    /** If the plan is a projection, rewrites an expression over its output to the columns below it. */
    static Expression origin(Expression expression, LogicalPlan plan) {
        if (!(plan instanceof Project project)) {
            return expression;
        }
        return expression.transformUp(ScalaInterop.rule(part -> {
            if (part instanceof AttributeReference column) {
                for (NamedExpression named : ScalaInterop.list(project.projectList())) {
                    if (named instanceof Alias alias && alias.exprId().equals(column.exprId())) {
                        return alias.child();
                    }
                }
            }
            return part;
        }));
    }
}
