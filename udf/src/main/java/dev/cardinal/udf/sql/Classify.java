package dev.cardinal.udf.sql;

import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.udf.pipeline.ImageInput;
import dev.cardinal.udf.pipeline.RowClassifier;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenFallback;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NullType;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * The call {@code classify(image, k)} in a query. It maps an image to {@code struct<status, error, predictions>} and
 * null to null.
 *
 * <p>{@link ExtractClassifyRule} moves the call into a {@link ClassifyBatches} if it can; otherwise Spark evaluates the
 * call row by row. Immutable except for the classifier that row-by-row evaluation opens and the task closes. Serialized
 * with tasks; each task has its own copy. Public because Spark copies nodes through their public constructor.
 */
public final class Classify extends Expression implements CodegenFallback, Serializable {
    private static final long serialVersionUID = 1L;

    /** Name of the function. */
    static final String NAME = "classify";

    private final Expression image;
    private final int k;
    private final QueryModel model;
    private transient @Nullable RowClassifier classifier;
    private transient @Nullable ClassificationConverter converter;

    /**
     * @param image encoded image, or a struct of Spark's {@code image} data source
     * @param k maximum number of predictions per image
     * @param model model to classify with
     */
    public Classify(Expression image, int k, QueryModel model) {
        this.image = image;
        this.k = k;
        this.model = model;
    }

    Expression image() {
        return image;
    }

    int k() {
        return k;
    }

    QueryModel model() {
        return model;
    }

    @Override
    public DataType dataType() {
        return PredictionSchema.classification();
    }

    /** Returns true, so that a call has the same type if it is evaluated only for some rows. */
    @Override
    public boolean nullable() {
        return true;
    }

    /** Returns false: Spark would fold a constant call on the driver, which may not be able to run the model. */
    @Override
    public boolean foldable() {
        return false;
    }

    @Override
    public TypeCheckResult checkInputDataTypes() {
        DataType type = image.dataType();
        if (type instanceof BinaryType || type instanceof NullType || ImageStruct.is(type)) {
            return TypeCheckResult.TypeCheckSuccess$.MODULE$;
        }
        return new TypeCheckResult.TypeCheckFailure(
                "classify takes the bytes of an encoded image, such as the column content of the data source binaryFile, or"
                        + " the column image of the data source image; " + image.sql() + " is " + type.sql());
    }

    @Override
    public @Nullable Object eval(InternalRow input) {
        ImageInput value = ImageStruct.input(image.eval(input), image.dataType());
        if (value == null) {
            return null;
        }
        if (classifier == null || converter == null) {
            classifier = new RowClassifier(model.spec(), model.options());
            converter = new ClassificationConverter(model.model(), k);
        }
        return classifier.classify(value, converter::convert, converter::convert);
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        return CodegenFallback.super.doGenCode(context, code);
    }

    @Override
    public Seq<Expression> children() {
        return ScalaInterop.seq(List.of(image));
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
        return new Classify(children.apply(0), k, model);
    }

    @Override
    public String prettyName() {
        return NAME;
    }

    @Override
    public String toString() {
        return NAME + "(" + image + ", " + k + ")";
    }

    @Override
    public String sql() {
        return NAME + "(" + image.sql() + ", " + k + ")";
    }

    @Override
    public int productArity() {
        return 3;
    }

    @Override
    public Object productElement(int n) {
        return List.of(image, k, model).get(n);
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof Classify;
    }

    @Override
    public boolean equals(Object other) {
        return ScalaInterop.equal(this, other);
    }
}
