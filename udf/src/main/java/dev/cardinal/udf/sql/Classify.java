package dev.cardinal.udf.sql;

import dev.cardinal.udf.Picture;
import dev.cardinal.udf.PredictionSchema;
import dev.cardinal.udf.RowClassifier;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
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
 * The call {@code classify(image, k)} in a query: an image to {@code struct<status, error, predictions>}, null to null.
 *
 * <p>{@link ExtractClassify} moves it into a {@link ClassifyBatches} where it can. Where it stays it is evaluated a row at a time.
 * Immutable but for what it opens there, which its task closes; serialized with tasks, each of which has its own.
 */
public final class Classify extends Expression implements CodegenFallback, Serializable {
    private static final long serialVersionUID = 1L;

    /** Name of the function. */
    public static final String NAME = "classify";

    private final Expression image;
    private final int k;
    private final QueryModel model;
    private transient @Nullable RowClassifier classifier;
    private transient @Nullable Classification classification;

    /**
     * @param image encoded image, or a struct as Spark's {@code image} data source gives it
     * @param k predictions of an image, at most
     * @param model what is asked
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

    /** Always, so that a call that is evaluated only for some rows has the same type. */
    @Override
    public boolean nullable() {
        return true;
    }

    /** Not while a query is planned: the driver need not be able to run the model. */
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
                "classify takes the bytes of an encoded image, as the column content of the data source binaryFile has them, or"
                        + " the column image of the data source image; " + image.sql() + " is " + type.sql());
    }

    @Override
    public @Nullable Object eval(InternalRow input) {
        Picture picture = ImageStruct.picture(image.eval(input), image.dataType());
        if (picture == null) {
            return null;
        }
        if (classifier == null || classification == null) {
            classifier = new RowClassifier(model.spec(), model.options());
            classification = new Classification(model.model(), k);
        }
        return classifier.classify(picture, classification::of, classification::of);
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        return CodegenFallback.super.doGenCode(context, code);
    }

    @Override
    public Seq<Expression> children() {
        return ScalaCode.seq(List.of(image));
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
        return switch (n) {
            case 0 -> image;
            case 1 -> k;
            case 2 -> model;
            default -> throw new IndexOutOfBoundsException(n);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof Classify;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Classify that && image.equals(that.image) && k == that.k && model.equals(that.model);
    }

    @Override
    public int hashCode() {
        return Objects.hash(image, k, model);
    }
}
