package dev.cardinal.udf;

import dev.cardinal.udf.sql.SqlExtensions;
import dev.cardinal.zoo.PublicApi;
import org.apache.spark.sql.SparkSessionExtensions;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Spark SQL extensions that add the function {@code classify}; users name this class in {@code spark.sql.extensions}.
 *
 * <p>{@code classify(image [, k])} returns {@code struct<status, error, predictions>} as in the predictions table, with
 * the k most likely classes. Session settings select the model and all options, see
 * {@link dev.cardinal.udf.sql.ClassifyKey}. Stateless; lives on the driver.
 */
@PublicApi
public final class CardinalExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        SqlExtensions.inject(extensions);
        return BoxedUnit.UNIT;
    }
}
