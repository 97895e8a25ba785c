package dev.cardinal.udf.sql;

import dev.cardinal.zoo.CardinalException;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.sql.classic.SparkSession$;
import org.jspecify.annotations.Nullable;
import scala.Function1;
import scala.Option;
import scala.Tuple3;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Registers the SQL function {@code classify} and creates its expression. Stateless; lives on the driver. */
final class ClassifyFunction {
    private static final String USAGE = """
            _FUNC_(image[, k]) - Classifies an image. Returns struct<status, error, predictions> with the k most \
            likely classes, each with class_index, label and score. Returns null for null. For an image that cannot \
            be classified, status and error give the reason.""";

    private static final String ARGUMENTS = """

                Arguments:
                  * image - the bytes of an encoded image, or a struct of Spark's image data source
                  * k - maximum number of predictions, a constant; the default is spark.cardinal.topK
            """;

    private static final String EXAMPLES = """

                Examples:
                  > SET spark.cardinal.model=hdfs:///models/resnext50;
                  > SELECT path, _FUNC_(content, 5).predictions FROM binaryFile.`/photos`;
            """;

    private ClassifyFunction() {}

    /** Returns the function in the form that Spark's extensions register. */
    static Tuple3<FunctionIdentifier, ExpressionInfo, Function1<Seq<Expression>, Expression>> description() {
        return new Tuple3<>(
                new FunctionIdentifier(Classify.NAME),
                new ExpressionInfo(
                        Classify.class.getName(),
                        "",
                        Classify.NAME,
                        USAGE,
                        ARGUMENTS,
                        EXAMPLES,
                        "",
                        "",
                        "",
                        "",
                        "built-in"),
                ScalaInterop.function(ClassifyFunction::call));
    }

    private static Expression call(Seq<Expression> arguments) {
        List<Expression> given = ScalaInterop.list(arguments);
        if (given.isEmpty() || given.size() > 2) {
            throw ClassifyFunction.<RuntimeException>error(
                    "takes an image and optionally k, the number of predictions, not " + given.size() + " arguments",
                    null);
        }
        Option<SparkSession> session = SparkSession$.MODULE$.getActiveSession();
        if (session.isEmpty()) {
            throw ClassifyFunction.<RuntimeException>error("needs an active Spark session", null);
        }
        QueryModel model;
        try {
            Map<String, String> settings = CollectionConverters.asJava(
                    session.get().sessionState().conf().getAllConfs());
            model = SessionModels.of(session.get()).model(session.get(), ClassifySettings.of(settings));
        } catch (CardinalException e) {
            throw ClassifyFunction.<RuntimeException>error(
                    "cannot be called: " + ClassifyKey.inMessage(String.valueOf(e.getMessage())), e);
        }
        int k = given.size() == 1 ? model.options().topK() : k(given.get(1));
        return new Classify(given.get(0), k, model);
    }

    private static int k(Expression argument) {
        Object value = null;
        if (argument.foldable()) {
            try {
                value = argument.eval(InternalRow.empty());
            } catch (RuntimeException e) { // constant only after optimization
                throw ClassifyFunction.<RuntimeException>error("takes a whole number for k, not " + argument.sql(), e);
            }
        }
        boolean isFraction = value instanceof Double || value instanceof Float;
        long k = value instanceof Number number && !isFraction ? number.longValue() : 0;
        if (k < 1 || k > Integer.MAX_VALUE) {
            throw ClassifyFunction.<RuntimeException>error(
                    "takes a constant of at least 1 for k, the number of predictions, not " + argument.sql(), null);
        }
        return (int) k;
    }

    /** Throws a checked exception from a Scala function, which cannot declare it. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E error(String problem, @Nullable Throwable cause) throws E {
        throw (E) new AnalysisException(
                Classify.NAME + " " + problem,
                Option.empty(),
                Option.empty(),
                Option.apply(cause),
                Option.empty(),
                ScalaInterop.map(Map.of()),
                new org.apache.spark.QueryContext[0]);
    }
}
