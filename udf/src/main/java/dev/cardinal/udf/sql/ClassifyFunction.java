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

/** The SQL function {@code classify}: its description, and the expression that a call becomes. Stateless; lives on the driver. */
public final class ClassifyFunction {
    private static final String USAGE = """
            _FUNC_(image[, k]) - What an image shows: struct<status, error, predictions>, with the k highest predictions, \
            each a class_index, a label and a score. Null for null; a broken image has a status that says so.""";

    private static final String ARGUMENTS = """

                Arguments:
                  * image - the bytes of an encoded image, or Spark's image struct
                  * k - how many predictions, a constant; spark.cardinal.topK where it is not given
            """;

    private static final String EXAMPLES = """

                Examples:
                  > SET spark.cardinal.model=hdfs:///models/resnext50;
                  > SELECT path, _FUNC_(content, 5).predictions FROM binaryFile.`/photos`;
            """;

    private ClassifyFunction() {}

    /** What Spark's extensions register. */
    public static Tuple3<FunctionIdentifier, ExpressionInfo, Function1<Seq<Expression>, Expression>> description() {
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
                ScalaCode.function(ClassifyFunction::call));
    }

    private static Expression call(Seq<Expression> arguments) {
        List<Expression> given = ScalaCode.list(arguments);
        if (given.isEmpty() || given.size() > 2) {
            throw ClassifyFunction.<RuntimeException>error(
                    "takes an image and perhaps a number of predictions, not " + given.size() + " arguments", null);
        }
        Option<SparkSession> session = SparkSession$.MODULE$.getActiveSession();
        if (session.isEmpty()) {
            throw ClassifyFunction.<RuntimeException>error("is called where there is no Spark session", null);
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
            } catch (RuntimeException e) { // a constant only once the query is optimized
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

    /** Of a kind that Java would have declared, but Scala's functions do not declare any. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E error(String problem, @Nullable Throwable cause) throws E {
        throw (E) new AnalysisException(
                Classify.NAME + " " + problem,
                Option.empty(),
                Option.empty(),
                Option.apply(cause),
                Option.empty(),
                ScalaCode.map(Map.of()),
                new org.apache.spark.QueryContext[0]);
    }
}
