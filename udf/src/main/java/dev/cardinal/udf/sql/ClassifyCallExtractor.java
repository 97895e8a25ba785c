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
 * Moves the calls in an operator's expressions into {@link ClassifyBatches} over the operator's child. Equal calls
 * become one. If a call is evaluated only for some rows, the image column is null in the other rows.
 *
 * <p>For one thread; lives on the driver.
 */
final class ClassifyCallExtractor {
    private static final String IMAGE = "image";

    private final List<Expression> expressions;
    private LogicalPlan child;
    private UnaryOperator<Expression> replacement = UnaryOperator.identity();
    private boolean extracted;

    /** Identifies an image to classify: calls for the same image need one inference, whatever their {@code k}. */
    private record ImageKey(Expression canonical, QueryModel model) {
        static ImageKey of(Classify call) {
            return new ImageKey(call.image().canonicalized(), call.model());
        }
    }

    /** Identifies a result column. */
    private record ResultKey(ImageKey image, int k) {
        static ResultKey of(Classify call) {
            return new ResultKey(ImageKey.of(call), call.k());
        }
    }

    /** The calls for one image. */
    private static final class ImageCalls {
        private final Classify first;
        private final Set<Integer> ks = new LinkedHashSet<>();
        private boolean always;
        private @Nullable Expression condition;

        ImageCalls(Classify first) {
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

    ClassifyCallExtractor(List<Expression> expressions, LogicalPlan child) {
        this.expressions = expressions;
        this.child = child;
    }

    /** Moves all calls that can be moved. */
    ClassifyCallExtractor extract() {
        // The condition of a call may contain other calls, which are moved first.
        while (extractOnce()) {
            extracted = true;
        }
        return this;
    }

    /** Returns whether any call can be moved. */
    boolean canExtract() {
        return !movableCalls(child).isEmpty();
    }

    /** Returns whether {@link #extract} has moved any call. */
    boolean hasExtracted() {
        return extracted;
    }

    /** Returns the new child of the operator. */
    LogicalPlan child() {
        return child;
    }

    /** Replaces the moved calls in one of the operator's expressions by columns of the new child. */
    Expression replace(Expression expression) {
        return replacement.apply(expression);
    }

    private Map<ImageKey, ImageCalls> movableCalls(LogicalPlan below) {
        Map<ImageKey, ImageCalls> movable = new LinkedHashMap<>();
        for (Expression expression : expressions) {
            ClassifyCalls.replace(replacement.apply(expression), (call, condition) -> {
                if (isMovable(call, condition, below)) {
                    movable.computeIfAbsent(ImageKey.of(call), image -> new ImageCalls(call))
                            .add(call, condition);
                }
                return call;
            });
        }
        return movable;
    }

    private boolean extractOnce() {
        LogicalPlan before = child;
        Map<ResultKey, Attribute> results = new LinkedHashMap<>();
        movableCalls(before).forEach((image, calls) -> addResults(image, calls, results));
        if (results.isEmpty()) {
            return false;
        }
        UnaryOperator<Expression> earlier = replacement;
        replacement = expression -> ClassifyCalls.replace(earlier.apply(expression), (call, condition) -> {
            Attribute result = isMovable(call, condition, before) ? results.get(ResultKey.of(call)) : null;
            return result == null ? call : result;
        });
        return true;
    }

    private static boolean isMovable(Classify call, @Nullable Expression condition, LogicalPlan below) {
        return isComputable(call.image(), below)
                && (condition == null || (!ClassifyCalls.in(condition) && isComputable(condition, below)));
    }

    private static boolean isComputable(Expression e, LogicalPlan below) {
        return e.deterministic()
                && e.references().subsetOf(below.outputSet())
                && !e.exists(ScalaInterop.predicate(part -> part instanceof NamedLambdaVariable
                        || part instanceof OuterReference
                        || part instanceof CommonExpressionRef
                        || part instanceof AggregateExpression
                        || part instanceof WindowExpression
                        || part instanceof Generator));
    }

    private void addResults(ImageKey image, ImageCalls calls, Map<ResultKey, Attribute> results) {
        List<Integer> missing = new ArrayList<>();
        for (int k : calls.ks) {
            Classify call = new Classify(calls.first.image(), k, calls.first.model());
            ReusableResult reusable = calls.always ? ReusableResult.find(child, call) : null;
            if (reusable == null) {
                missing.add(k);
            } else {
                child = reusable.plan();
                results.put(new ResultKey(image, k), reusable.result());
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        Expression column = imageColumn(calls);
        List<ClassifyBatches.ClassifyOutput> columns = new ArrayList<>();
        for (int k : missing) {
            ClassifyBatches.ClassifyOutput result =
                    ClassifyBatches.ClassifyOutput.of(new Classify(column, k, calls.first.model()));
            columns.add(result);
            results.put(new ResultKey(image, k), result.result());
        }
        child = ClassifyBatches.of(columns, child);
    }

    /** Returns the child's column with the images to classify; adds the column if the child does not have it. */
    private Expression imageColumn(ImageCalls calls) {
        Expression image = calls.first.image();
        if (image.dataType() instanceof NullType) {
            image = new Cast(image, DataTypes.BinaryType, Option.empty());
        }
        if (!calls.always && calls.condition != null) {
            image = new If(calls.condition, image, Literal.create(null, image.dataType()));
        }
        if (image instanceof AttributeReference) {
            return image;
        }
        Alias column = LogicalPlans.alias(image, IMAGE);
        child = LogicalPlans.with(child, List.of(column));
        return column.toAttribute();
    }
}
