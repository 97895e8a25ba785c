package dev.cardinal.udf.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.RebalancePartitions;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionByExpression;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.Window;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.Option;

/**
 * Rule that replaces calls of {@link Classify} by result columns of a {@link ClassifyBatches}.
 *
 * <p>It looks for operators whose expressions contain calls, inserts a {@link ClassifyBatches} between the operator and
 * its child, and replaces each call by a reference to the result column. It splits filters, joins and aggregates if
 * necessary. Spark needs it because an expression sees one row at a time, so a call that stays in an expression cannot
 * form batches.
 *
 * <p>The rule runs before the optimizer because the optimizer copies expressions: with a filter over a subquery's
 * {@code classify}, both copies would classify. It runs a second time among the optimizer's rules, for correlated
 * subqueries, which only the optimizer turns into joins. Stateless; lives on the driver.
 */
final class ExtractClassifyRule extends Rule<LogicalPlan> {
    private final Subqueries subqueries;

    /** Specifies what to do with subqueries in expressions. */
    enum Subqueries {
        /** Rewrite subqueries that do not refer to the outer query. */
        REWRITE,
        /** Skip all subqueries, because the optimizer applies its rules to them separately. */
        LEAVE
    }

    ExtractClassifyRule(Subqueries subqueries) {
        this.subqueries = subqueries;
    }

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        return hasCalls(plan) ? plan.transformUp(ScalaInterop.rule(this::rewrite)) : plan;
    }

    private boolean hasCalls(LogicalPlan plan) {
        return plan.exists(ScalaInterop.predicate(node -> !(node instanceof ClassifyBatches)
                && node.expressions()
                        .exists(ScalaInterop.predicate(e -> ClassifyCalls.in(e) || hasCallsInSubquery(e)))));
    }

    private boolean hasCallsInSubquery(Expression expression) {
        return subqueries == Subqueries.REWRITE
                && expression.exists(ScalaInterop.predicate(
                        e -> e instanceof SubqueryExpression subquery && hasCalls(subquery.plan())));
    }

    private LogicalPlan rewrite(LogicalPlan node) {
        LogicalPlan plan = node;
        if (subqueries == Subqueries.REWRITE
                && plan.expressions().exists(ScalaInterop.predicate(this::hasCallsInSubquery))) {
            plan = plan.transformExpressions(ScalaInterop.rule(this::rewriteSubquery));
        }
        if (plan instanceof ClassifyBatches || !ClassifyCalls.inAny(plan.expressions())) {
            return plan;
        }
        if (plan instanceof Filter filter) {
            return filter(filter);
        }
        if (plan instanceof Aggregate aggregate) {
            return aggregate(aggregate);
        }
        if (plan instanceof Join join) {
            return join(join);
        }
        return evaluatesPerRow(plan) ? extract(plan) : plan;
    }

    private Expression rewriteSubquery(Expression expression) {
        return expression instanceof SubqueryExpression subquery && !subquery.isCorrelated()
                ? subquery.withNewPlan(apply(subquery.plan()))
                : expression;
    }

    /** Returns whether an operator has one child and evaluates its expressions for each row of the child. */
    private static boolean evaluatesPerRow(LogicalPlan plan) {
        return plan instanceof Project
                || plan instanceof Sort
                || plan instanceof Window
                || plan instanceof Generate
                || plan instanceof RepartitionByExpression
                || plan instanceof RebalancePartitions;
    }

    private static LogicalPlan extract(LogicalPlan plan) {
        ClassifyCallExtractor extractor = new ClassifyCallExtractor(
                        ScalaInterop.list(plan.expressions()), plan.children().head())
                .extract();
        if (!extractor.hasExtracted()) {
            return plan;
        }
        LogicalPlan over = plan.withNewChildren(ScalaInterop.seq(List.of(extractor.child())));
        return LogicalPlans.withOutputOf(plan, over.mapExpressions(ScalaInterop.function(extractor::replace)));
    }

    /**
     * Splits a filter: first the conditions without calls, then those with calls in their order, each over the
     * classification that it needs. So no image is classified if an earlier condition has dropped its row.
     */
    private static LogicalPlan filter(Filter filter) {
        List<Expression> withoutCalls = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        for (Expression condition : ClassifyCalls.conjuncts(filter.condition())) {
            boolean early = !ClassifyCalls.in(condition) && (others.isEmpty() || condition.deterministic());
            (early ? withoutCalls : others).add(condition);
        }
        LogicalPlan plan = filtered(filter.child(), withoutCalls);
        List<Expression> pending = new ArrayList<>();
        boolean extracted = false;
        for (Expression condition : others) {
            if (new ClassifyCallExtractor(List.of(condition), plan).canExtract()) {
                plan = filtered(plan, pending);
                pending.clear();
            }
            ClassifyCallExtractor extractor = new ClassifyCallExtractor(List.of(condition), plan).extract();
            extracted |= extractor.hasExtracted();
            plan = extractor.child();
            pending.add(extractor.replace(condition));
        }
        return extracted ? LogicalPlans.withOutputOf(filter, filtered(plan, pending)) : filter;
    }

    private static LogicalPlan filtered(LogicalPlan plan, List<Expression> conditions) {
        return conditions.isEmpty() ? plan : new Filter(ClassifyCalls.all(conditions), plan);
    }

    /** Moves calls in a join condition that use columns of one side only below that side. */
    private static LogicalPlan join(Join join) {
        if (join.condition().isEmpty()) {
            return join;
        }
        List<Expression> conditions = ClassifyCalls.conjuncts(join.condition().get());
        ClassifyCallExtractor left = new ClassifyCallExtractor(conditions, join.left()).extract();
        List<Expression> replaced = conditions.stream().map(left::replace).toList();
        ClassifyCallExtractor right = new ClassifyCallExtractor(replaced, join.right()).extract();
        if (!left.hasExtracted() && !right.hasExtracted()) {
            return join;
        }
        Expression condition =
                ClassifyCalls.all(replaced.stream().map(right::replace).toList());
        return LogicalPlans.withOutputOf(
                join, new Join(left.child(), right.child(), join.joinType(), Option.apply(condition), join.hint()));
    }

    private LogicalPlan aggregate(Aggregate aggregate) {
        if (ClassifyCalls.inAny(aggregate.groupingExpressions())) {
            return groupedByCalls(aggregate);
        }
        List<NamedExpression> columns = ScalaInterop.list(aggregate.aggregateExpressions());
        List<Expression> groups = ScalaInterop.list(aggregate.groupingExpressions());
        if (columns.stream().anyMatch(column -> callsPerGroup((Expression) column, groups))) {
            return callsOverAggregates(aggregate);
        }
        return extract(aggregate);
    }

    /** Computes grouping expressions with calls in a projection below the aggregate. */
    private LogicalPlan groupedByCalls(Aggregate aggregate) {
        List<Alias> groups = new ArrayList<>();
        List<Expression> grouping = new ArrayList<>();
        for (Expression group : ScalaInterop.list(aggregate.groupingExpressions())) {
            if (ClassifyCalls.in(group)) {
                Alias column = LogicalPlans.alias(group, "group");
                groups.add(column);
                grouping.add(column.toAttribute());
            } else {
                grouping.add(group);
            }
        }
        List<NamedExpression> columns = ScalaInterop.list(aggregate.aggregateExpressions()).stream()
                .map(column -> (NamedExpression) ((Expression) column).transformDown(ScalaInterop.rule(part -> {
                    for (Alias group : groups) {
                        if (part.semanticEquals(group.child())) {
                            return group.toAttribute();
                        }
                    }
                    return part;
                })))
                .toList();
        LogicalPlan child = rewrite(LogicalPlans.with(aggregate.child(), groups));
        Aggregate grouped =
                new Aggregate(ScalaInterop.seq(grouping), ScalaInterop.seq(columns), child, aggregate.hint());
        return ClassifyCalls.inAny(grouped.expressions()) ? aggregate(grouped) : grouped;
    }

    /** Returns whether an expression contains a call that is evaluated per group, not per row. */
    private static boolean callsPerGroup(Expression e, List<Expression> groups) {
        if (e instanceof AggregateExpression || groups.stream().anyMatch(e::semanticEquals)) {
            return false;
        }
        return e instanceof Classify
                || ScalaInterop.list(e.children()).stream().anyMatch(child -> callsPerGroup(child, groups));
    }

    /** Moves calls that are evaluated per group into a projection over the aggregate. */
    private LogicalPlan callsOverAggregates(Aggregate aggregate) {
        List<Expression> groups = ScalaInterop.list(aggregate.groupingExpressions());
        List<NamedExpression> computed = new ArrayList<>();
        List<NamedExpression> columns = ScalaInterop.list(aggregate.aggregateExpressions()).stream()
                .map(column -> (NamedExpression) overGroups((Expression) column, groups, computed))
                .toList();
        Aggregate inner = new Aggregate(
                aggregate.groupingExpressions(), ScalaInterop.seq(computed), aggregate.child(), aggregate.hint());
        LogicalPlan below = ClassifyCalls.inAny(inner.expressions()) ? extract(inner) : inner;
        return rewrite(LogicalPlans.select(columns, below));
    }

    private static Expression overGroups(Expression e, List<Expression> groups, List<NamedExpression> computed) {
        if (e instanceof AggregateExpression || groups.stream().anyMatch(e::semanticEquals)) {
            return column(e, computed).toAttribute();
        }
        if (e.children().isEmpty()) {
            return e;
        }
        return e.withNewChildren(ScalaInterop.seq(ScalaInterop.list(e.children()).stream()
                .map(child -> overGroups(child, groups, computed))
                .toList()));
    }

    private static NamedExpression column(Expression e, List<NamedExpression> computed) {
        for (NamedExpression existing : computed) {
            Expression value = existing instanceof Alias alias ? alias.child() : (Expression) existing;
            if (value.semanticEquals(e)) {
                return existing;
            }
        }
        NamedExpression column = e instanceof NamedExpression named ? named : LogicalPlans.alias(e, "value");
        computed.add(column);
        return column;
    }
}
