package dev.cardinal.udf.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.CaseWhen;
import org.apache.spark.sql.catalyst.expressions.Coalesce;
import org.apache.spark.sql.catalyst.expressions.ConditionalExpression;
import org.apache.spark.sql.catalyst.expressions.EqualNullSafe;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.If;
import org.apache.spark.sql.catalyst.expressions.IsNull;
import org.apache.spark.sql.catalyst.expressions.LambdaFunction;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.Not;
import org.apache.spark.sql.catalyst.expressions.Or;
import org.apache.spark.sql.catalyst.expressions.PlanExpression;
import org.apache.spark.sql.catalyst.expressions.WindowExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;

/**
 * Finds and replaces the calls of {@link Classify} in an expression, and determines the condition under which each call
 * is evaluated. Stateless and thread-safe; lives on the driver.
 */
final class ClassifyCalls {
    private ClassifyCalls() {}

    /** Returns the replacement for a call; the condition is null if the call is evaluated for every row. */
    interface Visitor extends BiFunction<Classify, @Nullable Expression, Expression> {
        @Override
        Expression apply(Classify call, @Nullable Expression condition);
    }

    /** Returns whether an expression contains a call. */
    static boolean in(Expression expression) {
        return expression.exists(ScalaInterop.predicate(Classify.class::isInstance));
    }

    /** Replaces the calls in an expression. Calls in lambda functions and subqueries are not visited. */
    static Expression replace(Expression expression, Visitor visitor) {
        return in(expression) ? walk(expression, null, visitor) : expression;
    }

    private static Expression walk(Expression e, @Nullable Expression condition, Visitor visitor) {
        if (e instanceof Classify call) {
            return visitor.apply(call, condition);
        }
        if (e instanceof LambdaFunction || e instanceof PlanExpression || !in(e)) {
            return e;
        }
        // Aggregate and window functions evaluate their arguments for every row, even inside a conditional expression.
        // Only a FILTER clause excludes rows.
        boolean evaluatesEveryRow = e instanceof AggregateExpression || e instanceof WindowExpression;
        List<Expression> children = ScalaInterop.list(e.children());
        List<Expression> replaced = new ArrayList<>(children.size());
        for (int i = 0; i < children.size(); i++) {
            Expression child = children.get(i);
            if (e instanceof ConditionalExpression conditional && !hasKnownConditions(e)) {
                boolean always = ScalaInterop.list(conditional.alwaysEvaluatedInputs()).stream()
                        .anyMatch(input -> input == child);
                replaced.add(always ? walk(child, condition, visitor) : child);
            } else {
                Expression outer = evaluatesEveryRow ? null : condition;
                replaced.add(walk(child, both(outer, conditionOf(e, children, i)), visitor));
            }
        }
        return e.withNewChildren(ScalaInterop.seq(replaced));
    }

    private static boolean hasKnownConditions(Expression e) {
        return e instanceof If || e instanceof CaseWhen || e instanceof Coalesce;
    }

    /** Returns the condition under which an expression evaluates its i-th child; null if it always does. */
    private static @Nullable Expression conditionOf(Expression e, List<Expression> children, int i) {
        if (e instanceof AggregateExpression aggregate) {
            return i == 0 && aggregate.filter().isDefined() ? aggregate.filter().get() : null;
        }
        if (i == 0) {
            return null;
        }
        if (e instanceof If) {
            return i == 1 ? children.get(0) : isNot(children.get(0), true);
        }
        if (e instanceof And) {
            return isNot(children.get(0), false);
        }
        if (e instanceof Or) {
            return isNot(children.get(0), true);
        }
        if (e instanceof Coalesce) {
            Expression condition = null;
            for (Expression before : children.subList(0, i)) {
                condition = both(condition, new IsNull(before));
            }
            return condition;
        }
        if (e instanceof CaseWhen) {
            return branchCondition(children, i);
        }
        return null;
    }

    /** Handles CASE WHEN, whose children are condition, value, condition, value, ..., and optionally the ELSE value. */
    private static @Nullable Expression branchCondition(List<Expression> children, int i) {
        boolean isValue = i % 2 == 1;
        int branch = isValue ? i - 1 : i;
        Expression condition = null;
        for (int before = 0; before < branch; before += 2) {
            condition = both(condition, isNot(children.get(before), true));
        }
        return isValue ? both(condition, children.get(branch)) : condition;
    }

    private static Expression isNot(Expression e, boolean value) {
        return new Not(new EqualNullSafe(e, Literal.create(value, DataTypes.BooleanType)));
    }

    /** Combines two conditions, evaluating the first one first; null stands for true. */
    static @Nullable Expression both(@Nullable Expression one, @Nullable Expression other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return new And(one, other);
    }

    /** Combines conditions with AND. */
    static Expression all(List<Expression> conditions) {
        return conditions.stream().reduce(And::new).orElseThrow();
    }

    /** Splits a condition at its top-level ANDs. */
    static List<Expression> conjuncts(Expression condition) {
        if (condition instanceof And and) {
            List<Expression> all = new ArrayList<>(conjuncts(and.left()));
            all.addAll(conjuncts(and.right()));
            return all;
        }
        return List.of(condition);
    }

    /** Returns whether any of the expressions contains a call. */
    static boolean inAny(Seq<Expression> expressions) {
        return expressions.exists(ScalaInterop.predicate(ClassifyCalls::in));
    }
}
