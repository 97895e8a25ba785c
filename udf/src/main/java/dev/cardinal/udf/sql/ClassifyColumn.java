package dev.cardinal.udf.sql;

import dev.cardinal.zoo.CardinalException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.ExperimentalMethods;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.classic.Dataset$;
import org.apache.spark.sql.classic.SparkSession;
import scala.Option;
import scala.collection.immutable.Seq;

/**
 * Adds a column with classifications to a dataset, also in sessions without Cardinal's SQL extensions. Stateless and
 * thread-safe; lives on the driver.
 */
public final class ClassifyColumn {
    private ClassifyColumn() {}

    /**
     * Adds the column. No image is classified until the result is used.
     *
     * @param input name of the image column
     * @param output name of the new column
     * @param settings the model and its options, including {@code topK}
     * @throws CardinalException if the model does not exist, or the application cannot run it with these settings
     */
    public static Dataset<Row> add(Dataset<?> dataset, String input, String output, ClassifySettings settings) {
        SparkVersion.check();
        org.apache.spark.sql.classic.Dataset<?> classic = (org.apache.spark.sql.classic.Dataset<?>) dataset;
        SparkSession session = classic.sparkSession();
        QueryModel model = SessionModels.of(session).model(session, settings);
        LogicalPlan plan = classic.queryExecution().analyzed();
        Option<NamedExpression> image = plan.resolve(
                ScalaInterop.seq(List.of(input)), session.sessionState().conf().resolver());
        if (image.isEmpty()) {
            throw CardinalException.usage("column " + input + " does not exist");
        }
        ClassifyBatches.ClassifyOutput column = ClassifyBatches.ClassifyOutput.of(
                new Classify(image.get().toAttribute(), settings.options().topK(), model));
        ClassifyBatches batches = ClassifyBatches.of(List.of(column), plan);
        List<NamedExpression> columns = new ArrayList<>(ScalaInterop.list(plan.output()));
        columns.add(LogicalPlans.alias(column.result(), output));
        install(session.experimental());
        return Dataset$.MODULE$.ofRows(session, LogicalPlans.select(columns, batches));
    }

    /** Adds the strategy and rules that the operator needs to a session, unless the session already has them. */
    private static void install(ExperimentalMethods session) {
        synchronized (ClassifyColumn.class) {
            session.extraStrategies_$eq(with(session.extraStrategies(), new ClassifyStrategy()));
            session.extraOptimizations_$eq(with(session.extraOptimizations(), new PushThroughClassifyRule()));
            session.extraOptimizations_$eq(with(session.extraOptimizations(), new ShuffleBeforeRangesRule()));
        }
    }

    private static <T> Seq<T> with(Seq<T> installed, T rule) {
        List<T> all = new ArrayList<>(ScalaInterop.list(installed));
        if (all.stream().noneMatch(other -> other.getClass() == rule.getClass())) {
            all.add(rule);
        }
        return ScalaInterop.seq(all);
    }
}
