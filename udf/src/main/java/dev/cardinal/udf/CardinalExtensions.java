package dev.cardinal.udf;

import dev.cardinal.udf.sql.ClassifyFunction;
import dev.cardinal.udf.sql.ClassifyStrategy;
import dev.cardinal.udf.sql.ExtractClassify;
import dev.cardinal.udf.sql.ExtractClassify.Subqueries;
import dev.cardinal.udf.sql.PushThroughClassify;
import dev.cardinal.udf.sql.SendModels;
import dev.cardinal.udf.sql.ShuffleBeforeRanges;
import org.apache.spark.sql.SparkSessionExtensions;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * What Cardinal adds to Spark SQL, named in {@code spark.sql.extensions}: the function {@code classify} and what plans it.
 *
 * <p>{@code classify(image [, k])} gives {@code struct<status, error, predictions>} as in the predictions table, with the k highest
 * predictions. Its model and everything else is set in the session, see {@link dev.cardinal.udf.sql.ClassifyKey}.
 */
public final class CardinalExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        extensions.injectFunction(ClassifyFunction.description());
        extensions.injectPlanNormalizationRule(rule(new ExtractClassify(Subqueries.REWRITE)));
        extensions.injectOptimizerRule(rule(new ExtractClassify(Subqueries.LEAVE)));
        extensions.injectOptimizerRule(rule(new PushThroughClassify()));
        extensions.injectPreCBORule(rule(new ShuffleBeforeRanges()));
        extensions.injectPlannerStrategy(rule(new ClassifyStrategy()));
        extensions.injectColumnar(rule(new SendModels()));
        return BoxedUnit.UNIT;
    }

    /** The same for every session. */
    private static <S, R> AbstractFunction1<S, R> rule(R rule) {
        return new AbstractFunction1<>() {
            @Override
            public R apply(S session) {
                return rule;
            }
        };
    }
}
