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
 * The rule that moves calls of {@link Classify} out of operators into {@link ClassifyBatches} below them.
 *
 * <p>It runs before the optimizer, since that copies expressions: a filter over a subquery's {@code classify} would then classify
 * twice. What only the optimizer makes of correlated subqueries is left to a second run among its rules. Stateless; lives on the
 * driver.
 */
public final class ExtractClassify extends Rule<LogicalPlan> {
    private final Subqueries subqueries;

    /** What is done with subqueries in expressions. */
    public enum Subqueries {
        /** Those that refer to nothing outside of them are rewritten as well. */
        REWRITE,
        /** They are left alone: the optimizer hands them to its rules by themselves. */
        LEAVE
    }

    public ExtractClassify(Subqueries subqueries) {
        this.subqueries = subqueries;
    }

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        return calls(plan) ? plan.transformUp(ScalaCode.rule(this::rewrite)) : plan;
    }

    private boolean calls(LogicalPlan plan) {
        return plan.exists(ScalaCode.predicate(node -> !(node instanceof ClassifyBatches)
                && node.expressions().exists(ScalaCode.predicate(e -> Calls.in(e) || callsInSubquery(e)))));
    }

    private boolean callsInSubquery(Expression expression) {
        return subqueries == Subqueries.REWRITE
                && expression.exists(
                        ScalaCode.predicate(e -> e instanceof SubqueryExpression subquery && calls(subquery.plan())));
    }

    private LogicalPlan rewrite(LogicalPlan node) {
        LogicalPlan plan = node;
        if (subqueries == Subqueries.REWRITE && plan.expressions().exists(ScalaCode.predicate(this::callsInSubquery))) {
            plan = plan.transformExpressions(ScalaCode.rule(this::rewriteSubquery));
        }
        if (plan instanceof ClassifyBatches || !Calls.inAny(plan.expressions())) {
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
        return isOrdinary(plan) ? ordinary(plan) : plan;
    }

    private Expression rewriteSubquery(Expression expression) {
        return expression instanceof SubqueryExpression subquery && !subquery.isCorrelated()
                ? subquery.withNewPlan(apply(subquery.plan()))
                : expression;
    }

    /** Whether an operator has one child and evaluates its expressions for each of its rows. */
    private static boolean isOrdinary(LogicalPlan plan) {
        return plan instanceof Project
                || plan instanceof Sort
                || plan instanceof Window
                || plan instanceof Generate
                || plan instanceof RepartitionByExpression
                || plan instanceof RebalancePartitions;
    }

    private static LogicalPlan ordinary(LogicalPlan plan) {
        Batching batching =
                new Batching(ScalaCode.list(plan.expressions()), plan.children().head()).run();
        if (!batching.hasMoved()) {
            return plan;
        }
        LogicalPlan over = plan.withNewChildren(ScalaCode.seq(List.of(batching.child())));
        return Plans.withOutputOf(plan, over.mapExpressions(ScalaCode.function(batching::replaced)));
    }

    /** Conditions without calls first, then those with calls in their order: no image is classified whose row has fallen out. */
    private static LogicalPlan filter(Filter filter) {
        List<Expression> first = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        for (Expression condition : Calls.conjuncts(filter.condition())) {
            boolean early = !Calls.in(condition) && (others.isEmpty() || condition.deterministic());
            (early ? first : others).add(condition);
        }
        LogicalPlan plan = filtered(filter.child(), first);
        List<Expression> pending = new ArrayList<>();
        boolean moved = false;
        for (Expression condition : others) {
            if (new Batching(List.of(condition), plan).isWanted()) {
                plan = filtered(plan, pending);
                pending.clear();
            }
            Batching batching = new Batching(List.of(condition), plan).run();
            moved |= batching.hasMoved();
            plan = batching.child();
            pending.add(batching.replaced(condition));
        }
        return moved ? Plans.withOutputOf(filter, filtered(plan, pending)) : filter;
    }

    private static LogicalPlan filtered(LogicalPlan plan, List<Expression> conditions) {
        return conditions.isEmpty() ? plan : new Filter(Calls.all(conditions), plan);
    }

    /** Calls about columns of one side, below that side. */
    private static LogicalPlan join(Join join) {
        if (join.condition().isEmpty()) {
            return join;
        }
        List<Expression> conditions = Calls.conjuncts(join.condition().get());
        Batching left = new Batching(conditions, join.left()).run();
        List<Expression> replaced = conditions.stream().map(left::replaced).toList();
        Batching right = new Batching(replaced, join.right()).run();
        if (!left.hasMoved() && !right.hasMoved()) {
            return join;
        }
        Expression condition = Calls.all(replaced.stream().map(right::replaced).toList());
        return Plans.withOutputOf(
                join, new Join(left.child(), right.child(), join.joinType(), Option.apply(condition), join.hint()));
    }

    private LogicalPlan aggregate(Aggregate aggregate) {
        if (Calls.inAny(aggregate.groupingExpressions())) {
            return groupedByCalls(aggregate);
        }
        List<NamedExpression> columns = ScalaCode.list(aggregate.aggregateExpressions());
        List<Expression> groups = ScalaCode.list(aggregate.groupingExpressions());
        if (columns.stream().anyMatch(column -> callsOutside((Expression) column, groups))) {
            return callsOverAggregates(aggregate);
        }
        return ordinary(aggregate);
    }

    /** Groups by columns that a projection below computes. */
    private LogicalPlan groupedByCalls(Aggregate aggregate) {
        List<Alias> groups = new ArrayList<>();
        List<Expression> grouping = new ArrayList<>();
        for (Expression group : ScalaCode.list(aggregate.groupingExpressions())) {
            if (Calls.in(group)) {
                Alias column = Plans.alias(group, "group");
                groups.add(column);
                grouping.add(column.toAttribute());
            } else {
                grouping.add(group);
            }
        }
        List<NamedExpression> columns = ScalaCode.list(aggregate.aggregateExpressions()).stream()
                .map(column -> (NamedExpression) ((Expression) column).transformDown(ScalaCode.rule(part -> {
                    for (Alias group : groups) {
                        if (part.semanticEquals(group.child())) {
                            return group.toAttribute();
                        }
                    }
                    return part;
                })))
                .toList();
        LogicalPlan child = rewrite(Plans.with(aggregate.child(), groups));
        Aggregate grouped = new Aggregate(ScalaCode.seq(grouping), ScalaCode.seq(columns), child, aggregate.hint());
        return Calls.inAny(grouped.expressions()) ? aggregate(grouped) : grouped;
    }

    /** Whether there is a call that is evaluated for groups, not for rows. */
    private static boolean callsOutside(Expression e, List<Expression> groups) {
        if (e instanceof AggregateExpression || groups.stream().anyMatch(e::semanticEquals)) {
            return false;
        }
        return e instanceof Classify
                || ScalaCode.list(e.children()).stream().anyMatch(child -> callsOutside(child, groups));
    }

    /** Calls about groups, in a projection over them. */
    private LogicalPlan callsOverAggregates(Aggregate aggregate) {
        List<Expression> groups = ScalaCode.list(aggregate.groupingExpressions());
        List<NamedExpression> computed = new ArrayList<>();
        List<NamedExpression> columns = ScalaCode.list(aggregate.aggregateExpressions()).stream()
                .map(column -> (NamedExpression) overGroups((Expression) column, groups, computed))
                .toList();
        Aggregate inner = new Aggregate(
                aggregate.groupingExpressions(), ScalaCode.seq(computed), aggregate.child(), aggregate.hint());
        LogicalPlan below = Calls.inAny(inner.expressions()) ? ordinary(inner) : inner;
        return rewrite(Plans.select(columns, below));
    }

    private static Expression overGroups(Expression e, List<Expression> groups, List<NamedExpression> computed) {
        if (e instanceof AggregateExpression || groups.stream().anyMatch(e::semanticEquals)) {
            return column(e, computed).toAttribute();
        }
        if (e.children().isEmpty()) {
            return e;
        }
        return e.withNewChildren(ScalaCode.seq(ScalaCode.list(e.children()).stream()
                .map(child -> overGroups(child, groups, computed))
                .toList()));
    }

    private static NamedExpression column(Expression e, List<NamedExpression> computed) {
        for (NamedExpression there : computed) {
            Expression value = there instanceof Alias alias ? alias.child() : (Expression) there;
            if (value.semanticEquals(e)) {
                return there;
            }
        }
        NamedExpression column = e instanceof NamedExpression named ? named : Plans.alias(e, "value");
        computed.add(column);
        return column;
    }
}
