package dev.cardinal.udf.sql;

import dev.cardinal.udf.sql.ExtractClassifyRule.Subqueries;
import org.apache.spark.sql.SparkSessionExtensions;
import scala.runtime.AbstractFunction1;

/** Registers the function {@code classify} and its planning rules in a session. Stateless; lives on the driver. */
public final class SqlExtensions {
    private SqlExtensions() {}

    /**
     * Adds the function and its rules. The rules are stateless, so all sessions share them.
     *
     * @throws dev.cardinal.zoo.CardinalException if Cardinal does not run on this version of Spark
     */
    public static void inject(SparkSessionExtensions extensions) {
        SparkVersion.check();
        extensions.injectFunction(ClassifyFunction.description());
        extensions.injectPlanNormalizationRule(rule(new ExtractClassifyRule(Subqueries.REWRITE)));
        extensions.injectOptimizerRule(rule(new ExtractClassifyRule(Subqueries.LEAVE)));
        extensions.injectOptimizerRule(rule(new PushThroughClassifyRule()));
        extensions.injectPreCBORule(rule(new ShuffleBeforeRangesRule()));
        extensions.injectPlannerStrategy(rule(new ClassifyStrategy()));
        extensions.injectColumnar(rule(new BroadcastModelsRule()));
    }

    private static <S, R> AbstractFunction1<S, R> rule(R rule) {
        return new AbstractFunction1<>() {
            @Override
            public R apply(S session) {
                return rule;
            }
        };
    }
}
