package dev.cardinal.udf.sql;

import dev.cardinal.udf.Classified;
import dev.cardinal.udf.ClassifiedRows;
import dev.cardinal.udf.Classifier.Scores;
import dev.cardinal.udf.CounterSink;
import dev.cardinal.udf.HeldImage;
import dev.cardinal.udf.LabelOptions;
import dev.cardinal.udf.ModelSpec;
import dev.cardinal.udf.PredictionSchema;
import dev.cardinal.udf.image.Preparation;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.BindReferences;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.expressions.package$;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;

/** What each task of a {@link ClassifyBatchesExec} does. Serialized with the task; holds only what is small. */
final class ClassifyPartition implements FlatMapFunction<Iterator<InternalRow>, InternalRow> {
    private static final long serialVersionUID = 1L;

    private final ModelSpec model;
    private final LabelOptions options;
    private final int[] ks;
    private final Expression image;
    private final Seq<Attribute> kept;
    private final Seq<Attribute> input;
    private final CounterSink counters;

    /**
     * @param calls of one model about one column
     * @param kept columns of the input that are handed on
     * @param input columns of the rows
     */
    ClassifyPartition(List<Classify> calls, Seq<Attribute> kept, Seq<Attribute> input, CounterSink counters) {
        Classify first = calls.get(0);
        this.model = first.model().spec();
        this.options = first.model().options();
        this.ks = calls.stream().mapToInt(Classify::k).toArray();
        this.image = BindReferences.bindReference(first.image(), package$.MODULE$.AttributeSeq(input), false);
        this.kept = kept;
        this.input = input;
        this.counters = counters;
    }

    @Override
    public Iterator<InternalRow> call(Iterator<InternalRow> rows) {
        return ClassifiedRows.of(
                TaskContext.get(),
                model,
                options,
                new Held(rows, image, kept, input),
                new Results(model, ks, kept),
                counters);
    }

    /** The images of rows, with copies of what is kept of them: an operator may use a row again for the next. */
    private static final class Held implements Iterator<HeldImage<UnsafeRow>> {
        private final Iterator<InternalRow> rows;
        private final Expression image;
        private final DataType type;
        private final UnsafeProjection kept;

        Held(Iterator<InternalRow> rows, Expression image, Seq<Attribute> kept, Seq<Attribute> input) {
            this.rows = rows;
            this.image = image;
            this.type = image.dataType();
            this.kept = UnsafeProjection.create(expressions(kept), input);
        }

        @Override
        public boolean hasNext() {
            return rows.hasNext();
        }

        @Override
        public HeldImage<UnsafeRow> next() {
            InternalRow row = rows.next();
            UnsafeRow copy = kept.apply(row).copy();
            return new HeldImage<>(copy, copy.getSizeInBytes(), ImageStruct.picture(image.eval(row), type));
        }
    }

    /** The operator's rows, each of which is good until the next is asked for. */
    private static final class Results implements Classified<UnsafeRow, InternalRow> {
        private final List<Classification> classifications = new ArrayList<>();
        private final GenericInternalRow results;
        private final JoinedRow joined = new JoinedRow();
        private final UnsafeProjection output;

        Results(ModelSpec model, int[] ks, Seq<Attribute> kept) {
            for (int k : ks) {
                classifications.add(new Classification(model.model(), k));
            }
            this.results = new GenericInternalRow(ks.length);
            List<DataType> types = new ArrayList<>();
            ScalaCode.list(kept).forEach(column -> types.add(column.dataType()));
            for (int i = 0; i < ks.length; i++) {
                types.add(PredictionSchema.classification());
            }
            this.output = UnsafeProjection.create(types.toArray(DataType[]::new));
        }

        @Override
        public InternalRow withoutImage(UnsafeRow row) {
            return output(row, classification -> null);
        }

        @Override
        public InternalRow classified(UnsafeRow row, Scores scores) {
            return output(row, classification -> classification.of(scores));
        }

        @Override
        public InternalRow rejected(UnsafeRow row, Preparation.Rejected rejected) {
            return output(row, classification -> classification.of(rejected));
        }

        private InternalRow output(UnsafeRow row, Function<Classification, @Nullable InternalRow> result) {
            for (int i = 0; i < classifications.size(); i++) {
                results.update(i, result.apply(classifications.get(i)));
            }
            return output.apply(joined.apply(row, results));
        }
    }

    @SuppressWarnings("unchecked") // a sequence that is only read
    private static Seq<Expression> expressions(Seq<? extends Expression> attributes) {
        return (Seq<Expression>) attributes;
    }
}
