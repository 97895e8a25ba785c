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
 * The calls of {@link Classify} in an expression, each with the condition under which it is evaluated at all. Stateless and
 * thread-safe; lives on the driver.
 */
final class Calls {
    private Calls() {}

    /** What becomes of a call: an expression, for the call and its condition, null where it is evaluated for every row. */
    interface Visitor extends BiFunction<Classify, @Nullable Expression, Expression> {
        @Override
        Expression apply(Classify call, @Nullable Expression condition);
    }

    /** Whether there is any. */
    static boolean in(Expression expression) {
        return expression.exists(ScalaCode.predicate(Classify.class::isInstance));
    }

    /** The expression with its calls replaced. Calls in lambda functions and subqueries are not visited. */
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
        // An aggregate function and a window function take their arguments from every row, wherever they stand, but for
        // a filter.
        boolean ofEveryRow = e instanceof AggregateExpression || e instanceof WindowExpression;
        List<Expression> children = ScalaCode.list(e.children());
        List<Expression> replaced = new ArrayList<>(children.size());
        for (int i = 0; i < children.size(); i++) {
            Expression child = children.get(i);
            if (e instanceof ConditionalExpression conditional && !isUnderstood(e)) {
                boolean always = ScalaCode.list(conditional.alwaysEvaluatedInputs()).stream()
                        .anyMatch(input -> input == child);
                replaced.add(always ? walk(child, condition, visitor) : child);
            } else {
                Expression outer = ofEveryRow ? null : condition;
                replaced.add(walk(child, both(outer, conditionOf(e, children, i)), visitor));
            }
        }
        return e.withNewChildren(ScalaCode.seq(replaced));
    }

    private static boolean isUnderstood(Expression e) {
        return e instanceof If || e instanceof CaseWhen || e instanceof Coalesce;
    }

    /** When an expression evaluates one of its children; null where always. */
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

    /** Children are condition, value, condition, value, ..., and perhaps what is otherwise. */
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

    /** Both conditions, the first one first. */
    static @Nullable Expression both(@Nullable Expression one, @Nullable Expression other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return new And(one, other);
    }

    /** All of some conditions. */
    static Expression all(List<Expression> conditions) {
        return conditions.stream().reduce(And::new).orElseThrow();
    }

    /** The conditions that a condition is all of. */
    static List<Expression> conjuncts(Expression condition) {
        if (condition instanceof And and) {
            List<Expression> all = new ArrayList<>(conjuncts(and.left()));
            all.addAll(conjuncts(and.right()));
            return all;
        }
        return List.of(condition);
    }

    /** Whether any of these has a call. */
    static boolean inAny(Seq<Expression> expressions) {
        return expressions.exists(ScalaCode.predicate(Calls::in));
    }
}
