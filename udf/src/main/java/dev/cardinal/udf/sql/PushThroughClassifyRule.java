package dev.cardinal.udf.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Offset;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.jspecify.annotations.Nullable;
import scala.Option;

/**
 * Optimizer rule that avoids classifying rows and keeping columns that the query does not need.
 *
 * <p>It looks for these plans over a {@link ClassifyBatches}:
 *
 * <ul>
 *   <li>a projection: unused result and kept columns are removed, and the operator itself if no result is used;
 *   <li>a filter: conditions that do not use a result move below the operator;
 *   <li>a limit per partition: a copy of it moves below the operator;
 *   <li>a global limit over a sort that does not use a result: sort and limit move below the operator.
 * </ul>
 *
 * <p>Spark needs it because its own rules push through the operators they know, and this operator is not one of them.
 * Stateless; lives on the driver.
 */
final class PushThroughClassifyRule extends Rule<LogicalPlan> {
    /** Largest limit for which sort and limit move below the operator, because one task then classifies all rows. */
    private static final int MAX_SORTED_ROWS = 1_000;

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        boolean any = plan.exists(ScalaInterop.predicate(ClassifyBatches.class::isInstance));
        return any ? plan.transformDown(ScalaInterop.rule(PushThroughClassifyRule::rewrite)) : plan;
    }

    private static LogicalPlan rewrite(LogicalPlan plan) {
        if (plan instanceof Project project) {
            return project(project);
        }
        if (plan instanceof Filter filter && filter.child() instanceof ClassifyBatches batches) {
            return filter(filter, batches);
        }
        if (plan instanceof LocalLimit limit) {
            return limit(limit);
        }
        if (plan instanceof Offset offset) {
            return firstRows(offset);
        }
        return plan instanceof GlobalLimit limit ? firstRows(limit) : plan;
    }

    private static LogicalPlan project(Project project) {
        if (project.child() instanceof ClassifyBatches batches) {
            LogicalPlan needed = needed(batches, project.references());
            return needed == batches ? project : new Project(project.projectList(), needed);
        }
        if (project.child() instanceof Filter filter && filter.child() instanceof ClassifyBatches batches) {
            LogicalPlan needed = needed(batches, project.references().$plus$plus(filter.references()));
            return needed == batches
                    ? project
                    : new Project(project.projectList(), new Filter(filter.condition(), needed));
        }
        return project;
    }

    /** Returns the operator reduced to the used columns, or its child if no result is used. */
    private static LogicalPlan needed(ClassifyBatches batches, AttributeSet used) {
        List<ClassifyBatches.ClassifyOutput> columns = batches.columns();
        List<Attribute> kept = ScalaInterop.list(batches.kept());
        List<ClassifyBatches.ClassifyOutput> usedColumns = columns.stream()
                .filter(column -> used.contains(column.result()))
                .toList();
        if (usedColumns.isEmpty()) {
            return batches.child();
        }
        List<Attribute> usedKept = kept.stream().filter(used::contains).toList();
        return usedColumns.size() == columns.size() && usedKept.size() == kept.size()
                ? batches
                : batches.with(usedColumns, usedKept);
    }

    private static LogicalPlan filter(Filter filter, ClassifyBatches batches) {
        List<Expression> below = new ArrayList<>();
        List<Expression> above = new ArrayList<>();
        boolean deterministic = true;
        for (Expression condition : ClassifyCalls.conjuncts(filter.condition())) {
            deterministic &= condition.deterministic();
            boolean movable = deterministic
                    && condition.references().subsetOf(batches.child().outputSet());
            (movable ? below : above).add(condition);
        }
        if (below.isEmpty()) {
            return filter;
        }
        ClassifyBatches over = batches.over(new Filter(ClassifyCalls.all(below), batches.child()));
        return above.isEmpty() ? over : new Filter(ClassifyCalls.all(above), over);
    }

    private static LogicalPlan limit(LocalLimit limit) {
        if (limit.child() instanceof ClassifyBatches batches) {
            ClassifyBatches limited = limited(limit.limitExpr(), batches);
            return limited.equals(batches) ? limit : new LocalLimit(limit.limitExpr(), limited);
        }
        if (limit.child() instanceof Project project && project.child() instanceof ClassifyBatches batches) {
            ClassifyBatches limited = limited(limit.limitExpr(), batches);
            return limited.equals(batches)
                    ? limit
                    : new LocalLimit(limit.limitExpr(), new Project(project.projectList(), limited));
        }
        return limit;
    }

    private static ClassifyBatches limited(Expression limit, ClassifyBatches batches) {
        Option<Object> most = batches.child().maxRowsPerPartition();
        Integer rows = number(limit);
        boolean isLimited = most.isDefined() && (rows == null || (Long) most.get() <= rows);
        return isLimited ? batches : batches.over(new LocalLimit(limit, batches.child()));
    }

    private static @Nullable Integer number(Expression limit) {
        return limit instanceof Literal literal && literal.value() instanceof Integer number ? number : null;
    }

    /** Rewrites {@code LIMIT} over {@code ORDER BY} over the operator, with or without projections in between. */
    private static LogicalPlan firstRows(GlobalLimit global) {
        LogicalPlan first = global.child() instanceof LocalLimit local ? firstRows(local) : null;
        return first == null ? global : first;
    }

    /** Rewrites {@code OFFSET} over such a limit; the limit includes the rows that the offset skips. */
    private static LogicalPlan firstRows(Offset offset) {
        LogicalPlan first = offset.child() instanceof LocalLimit local ? firstRows(local) : null;
        return first == null ? offset : new Offset(offset.offsetExpr(), first);
    }

    private static @Nullable LogicalPlan firstRows(LocalLimit local) {
        Integer rows = number(local.limitExpr());
        if (rows == null || rows > MAX_SORTED_ROWS) {
            return null;
        }
        LogicalPlan limited = local.child();
        Project over = limited instanceof Project project && isDeterministic(project) ? project : null;
        LogicalPlan first = (over == null ? limited : over.child()) instanceof Sort sort && sort.global()
                ? firstRows(local.limitExpr(), sort)
                : null;
        return over == null || first == null ? first : new Project(over.projectList(), first);
    }

    private static @Nullable LogicalPlan firstRows(Expression limit, Sort sort) {
        if (sort.child() instanceof ClassifyBatches batches) {
            return firstRows(limit, sort, ScalaInterop.list(sort.order()), batches);
        }
        if (sort.child() instanceof Project project
                && isDeterministic(project)
                && project.child() instanceof ClassifyBatches batches) {
            List<SortOrder> order = ScalaInterop.list(sort.order()).stream()
                    .map(by -> (SortOrder) ReusableResult.origin(by, project))
                    .toList();
            LogicalPlan first = firstRows(limit, sort, order, batches);
            return first == null ? null : new Project(project.projectList(), first);
        }
        return null;
    }

    private static @Nullable LogicalPlan firstRows(
            Expression limit, Sort sort, List<SortOrder> order, ClassifyBatches batches) {
        LogicalPlan child = batches.child();
        if (!order.stream().allMatch(by -> by.references().subsetOf(child.outputSet()))) {
            return null;
        }
        LogicalPlan sorted = new Sort(ScalaInterop.seq(order), true, child, sort.hint());
        return batches.over(new GlobalLimit(limit, new LocalLimit(limit, sorted)));
    }

    private static boolean isDeterministic(Project project) {
        return ScalaInterop.list(project.projectList()).stream()
                .allMatch(column -> ((Expression) column).deterministic());
    }
}
