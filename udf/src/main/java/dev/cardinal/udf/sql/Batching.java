package dev.cardinal.udf.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.CommonExpressionRef;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Generator;
import org.apache.spark.sql.catalyst.expressions.If;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.NamedLambdaVariable;
import org.apache.spark.sql.catalyst.expressions.Or;
import org.apache.spark.sql.catalyst.expressions.OuterReference;
import org.apache.spark.sql.catalyst.expressions.WindowExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NullType;
import org.jspecify.annotations.Nullable;
import scala.Option;

/**
 * Moves the calls of an operator's expressions below it, into {@link ClassifyBatches} over its child: equal calls into one, calls
 * that are evaluated only for some rows with the images of the others left out.
 *
 * <p>For one thread; lives on the driver.
 */
final class Batching {
    private static final String IMAGE = "image";

    private final List<Expression> expressions;
    private LogicalPlan child;
    private UnaryOperator<Expression> replacement = UnaryOperator.identity();
    private boolean moved;

    /** Calls about the same image are one inference, however many predictions each wants. */
    private record Image(Expression canonical, QueryModel model) {
        static Image of(Classify call) {
            return new Image(call.image().canonicalized(), call.model());
        }
    }

    /** A column of results. */
    private record Result(Image image, int k) {
        static Result of(Classify call) {
            return new Result(Image.of(call), call.k());
        }
    }

    /** What is wanted of an image. */
    private static final class Wanted {
        private final Classify first;
        private final Set<Integer> ks = new LinkedHashSet<>();
        private boolean always;
        private @Nullable Expression condition;

        Wanted(Classify first) {
            this.first = first;
        }

        void add(Classify call, @Nullable Expression when) {
            ks.add(call.k());
            if (when == null) {
                always = true;
            } else {
                condition = condition == null ? when : new Or(condition, when);
            }
        }
    }

    Batching(List<Expression> expressions, LogicalPlan child) {
        this.expressions = expressions;
        this.child = child;
    }

    /** Moves what can be moved. */
    Batching run() {
        // A call's condition may hold other calls, which are moved first.
        while (step()) {
            moved = true;
        }
        return this;
    }

    /** Whether any call can be moved. */
    boolean isWanted() {
        return !wanted(child).isEmpty();
    }

    boolean hasMoved() {
        return moved;
    }

    /** The operator's new child. */
    LogicalPlan child() {
        return child;
    }

    /** One of the operator's expressions, asking for columns of the new child instead of calling. */
    Expression replaced(Expression expression) {
        return replacement.apply(expression);
    }

    private Map<Image, Wanted> wanted(LogicalPlan below) {
        Map<Image, Wanted> wanted = new LinkedHashMap<>();
        for (Expression expression : expressions) {
            Calls.replace(replacement.apply(expression), (call, condition) -> {
                if (isMovable(call, condition, below)) {
                    wanted.computeIfAbsent(Image.of(call), image -> new Wanted(call))
                            .add(call, condition);
                }
                return call;
            });
        }
        return wanted;
    }

    private boolean step() {
        LogicalPlan before = child;
        Map<Result, Attribute> results = new LinkedHashMap<>();
        wanted(before).forEach((image, wanted) -> place(image, wanted, results));
        if (results.isEmpty()) {
            return false;
        }
        UnaryOperator<Expression> earlier = replacement;
        replacement = expression -> Calls.replace(earlier.apply(expression), (call, condition) -> {
            Attribute result = isMovable(call, condition, before) ? results.get(Result.of(call)) : null;
            return result == null ? call : result;
        });
        return true;
    }

    private static boolean isMovable(Classify call, @Nullable Expression condition, LogicalPlan below) {
        return isComputable(call.image(), below)
                && (condition == null || (!Calls.in(condition) && isComputable(condition, below)));
    }

    private static boolean isComputable(Expression e, LogicalPlan below) {
        return e.deterministic()
                && e.references().subsetOf(below.outputSet())
                && !e.exists(ScalaCode.predicate(part -> part instanceof NamedLambdaVariable
                        || part instanceof OuterReference
                        || part instanceof CommonExpressionRef
                        || part instanceof AggregateExpression
                        || part instanceof WindowExpression
                        || part instanceof Generator));
    }

    private void place(Image image, Wanted wanted, Map<Result, Attribute> results) {
        List<Integer> missing = new ArrayList<>();
        for (int k : wanted.ks) {
            Classify call = new Classify(wanted.first.image(), k, wanted.first.model());
            Exposed exposed = wanted.always ? Exposed.find(child, call) : null;
            if (exposed == null) {
                missing.add(k);
            } else {
                child = exposed.plan();
                results.put(new Result(image, k), exposed.result());
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        Expression column = column(wanted);
        List<ClassifyBatches.Column> columns = new ArrayList<>();
        for (int k : missing) {
            ClassifyBatches.Column result = ClassifyBatches.Column.of(new Classify(column, k, wanted.first.model()));
            columns.add(result);
            results.put(new Result(image, k), result.result());
        }
        child = ClassifyBatches.of(columns, child);
    }

    /** The child's column with the images to classify, added to it where it is not there. */
    private Expression column(Wanted wanted) {
        Expression image = wanted.first.image();
        if (image.dataType() instanceof NullType) {
            image = new Cast(image, DataTypes.BinaryType, Option.empty());
        }
        if (!wanted.always && wanted.condition != null) {
            image = new If(wanted.condition, image, Literal.create(null, image.dataType()));
        }
        if (image instanceof AttributeReference) {
            return image;
        }
        Alias column = Plans.alias(image, IMAGE);
        child = Plans.with(child, List.of(column));
        return column.toAttribute();
    }
}
