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
 * A plan that already classifies what a call asks for, with the result among its columns: a query that filters by a classification
 * and selects it as well classifies once.
 *
 * @param plan the plan, with that column after its own where it had none
 * @param result the column
 */
record Exposed(LogicalPlan plan, Attribute result) {

    /** The result of a call in a plan that computes it, or null where it does not. */
    static @Nullable Exposed find(LogicalPlan plan, Classify call) {
        if (plan instanceof ClassifyBatches batches) {
            return find(batches, call);
        }
        if (plan instanceof Project project) {
            return find(project, call);
        }
        if (!handsColumnsOn(plan)) {
            return null;
        }
        Exposed below = find(plan.children().head(), call);
        return below == null
                ? null
                : new Exposed(plan.withNewChildren(ScalaCode.seq(List.of(below.plan))), below.result);
    }

    private static boolean handsColumnsOn(LogicalPlan plan) {
        return plan instanceof Filter
                || plan instanceof Sort
                || plan instanceof SubqueryAlias
                || plan instanceof GlobalLimit
                || plan instanceof LocalLimit
                || plan instanceof Repartition
                || plan instanceof RepartitionByExpression;
    }

    private static @Nullable Exposed find(ClassifyBatches batches, Classify call) {
        for (ClassifyBatches.Column column : batches.columns()) {
            Classify there = column.call();
            boolean same = there.k() == call.k()
                    && there.model().equals(call.model())
                    && origin(there.image(), batches.child()).semanticEquals(origin(call.image(), batches.child()));
            if (same) {
                return new Exposed(batches, column.result());
            }
        }
        Exposed below = find(batches.child(), call);
        if (below == null) {
            return null;
        }
        List<Attribute> kept = new ArrayList<>(ScalaCode.list(batches.kept()));
        if (kept.stream().anyMatch(below.result::semanticEquals)) {
            return new Exposed(batches.over(below.plan), below.result);
        }
        kept.add(below.result);
        List<Attribute> columns = new ArrayList<>(ScalaCode.list(batches.output()));
        columns.add(below.result);
        return new Exposed(Plans.select(columns, batches.over(below.plan).with(batches.columns(), kept)), below.result);
    }

    private static @Nullable Exposed find(Project project, Classify call) {
        Expression image = origin(call.image(), project);
        if (!image.references().subsetOf(project.child().outputSet())) {
            return null;
        }
        Exposed below = find(project.child(), new Classify(image, call.k(), call.model()));
        if (below == null) {
            return null;
        }
        List<NamedExpression> columns = new ArrayList<>(ScalaCode.list(project.projectList()));
        if (columns.stream().noneMatch(column -> below.result.semanticEquals((Expression) column))) {
            columns.add(below.result);
        }
        return new Exposed(Plans.select(columns, below.plan), below.result);
    }

    /** An expression in terms of what lies below a projection. */
    static Expression origin(Expression expression, LogicalPlan plan) {
        if (!(plan instanceof Project project)) {
            return expression;
        }
        return expression.transformUp(ScalaCode.rule(part -> {
            if (part instanceof AttributeReference column) {
                for (NamedExpression named : ScalaCode.list(project.projectList())) {
                    if (named instanceof Alias alias && alias.exprId().equals(column.exprId())) {
                        return alias.child();
                    }
                }
            }
            return part;
        }));
    }
}
