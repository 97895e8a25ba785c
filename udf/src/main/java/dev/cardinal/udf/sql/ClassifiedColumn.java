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

/** Datasets with a column that says what their images show, in any session. Stateless; lives on the driver. */
public final class ClassifiedColumn {
    private ClassifiedColumn() {}

    /**
     * Adds the column; nothing is classified before the result is used.
     *
     * @param input name of the column of images
     * @param output name of the new column
     * @param settings the model and how it is asked, with its {@code topK}
     * @throws CardinalException if there is no such model, or the application cannot run it as the settings want
     */
    public static Dataset<Row> add(Dataset<?> dataset, String input, String output, ClassifySettings settings) {
        org.apache.spark.sql.classic.Dataset<?> classic = (org.apache.spark.sql.classic.Dataset<?>) dataset;
        SparkSession session = classic.sparkSession();
        QueryModel model = SessionModels.of(session).model(session, settings);
        LogicalPlan plan = classic.queryExecution().analyzed();
        Option<NamedExpression> image = plan.resolve(
                ScalaCode.seq(List.of(input)), session.sessionState().conf().resolver());
        if (image.isEmpty()) {
            throw CardinalException.usage("there is no column " + input);
        }
        ClassifyBatches.Column column = ClassifyBatches.Column.of(
                new Classify(image.get().toAttribute(), settings.options().topK(), model));
        ClassifyBatches batches = ClassifyBatches.of(List.of(column), plan);
        List<NamedExpression> columns = new ArrayList<>(ScalaCode.list(plan.output()));
        columns.add(Plans.alias(column.result(), output));
        install(session.experimental());
        return Dataset$.MODULE$.ofRows(session, Plans.select(columns, batches));
    }

    /** What plans the operator, for sessions without Cardinal's extensions; it is installed once. */
    private static void install(ExperimentalMethods session) {
        synchronized (ClassifiedColumn.class) {
            session.extraStrategies_$eq(with(session.extraStrategies(), new ClassifyStrategy()));
            session.extraOptimizations_$eq(with(session.extraOptimizations(), new PushThroughClassify()));
            session.extraOptimizations_$eq(with(session.extraOptimizations(), new ShuffleBeforeRanges()));
        }
    }

    private static <T> Seq<T> with(Seq<T> installed, T one) {
        List<T> all = new ArrayList<>(ScalaCode.list(installed));
        if (all.stream().noneMatch(other -> other.getClass() == one.getClass())) {
            all.add(one);
        }
        return ScalaCode.seq(all);
    }
}
