package dev.cardinal.udf.sql;

import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.metrics.CounterSink;
import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.udf.pipeline.BatchingRowIterator;
import dev.cardinal.udf.pipeline.ClassifiedRowMapper;
import dev.cardinal.udf.pipeline.ImageRow;
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

/** The function that each task of a {@link ClassifyBatchesExec} runs. Serialized with the task; small. */
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
     * @param calls calls with the same model and image column
     * @param kept columns of the input that are part of the output
     * @param input columns of the input
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
        return BatchingRowIterator.of(
                TaskContext.get(),
                model,
                options,
                new ImageRows(rows, image, kept, input),
                new OutputRows(model, ks, kept),
                counters);
    }

    /** Reads images and copies the kept columns, because an operator may reuse its row object. */
    private static final class ImageRows implements Iterator<ImageRow<UnsafeRow>> {
        private final Iterator<InternalRow> rows;
        private final Expression image;
        private final DataType type;
        private final UnsafeProjection kept;

        ImageRows(Iterator<InternalRow> rows, Expression image, Seq<Attribute> kept, Seq<Attribute> input) {
            this.rows = rows;
            this.image = image;
            this.type = image.dataType();
            this.kept = UnsafeProjection.create(ScalaInterop.<Expression>seq(ScalaInterop.list(kept)), input);
        }

        @Override
        public boolean hasNext() {
            return rows.hasNext();
        }

        @Override
        public ImageRow<UnsafeRow> next() {
            InternalRow row = rows.next();
            UnsafeRow copy = kept.apply(row).copy();
            return new ImageRow<>(copy, copy.getSizeInBytes(), ImageStruct.input(image.eval(row), type));
        }
    }

    /** Creates the operator's output rows. Each row is valid until the next one is requested. */
    private static final class OutputRows implements ClassifiedRowMapper<UnsafeRow, InternalRow> {
        private final List<ClassificationConverter> converters = new ArrayList<>();
        private final GenericInternalRow results;
        private final JoinedRow joined = new JoinedRow();
        private final UnsafeProjection output;

        OutputRows(ModelSpec model, int[] ks, Seq<Attribute> kept) {
            for (int k : ks) {
                converters.add(new ClassificationConverter(model.model(), k));
            }
            this.results = new GenericInternalRow(ks.length);
            List<DataType> types = new ArrayList<>();
            ScalaInterop.list(kept).forEach(column -> types.add(column.dataType()));
            for (int i = 0; i < ks.length; i++) {
                types.add(PredictionSchema.classification());
            }
            this.output = UnsafeProjection.create(types.toArray(DataType[]::new));
        }

        @Override
        public InternalRow withoutImage(UnsafeRow row) {
            return output(row, converter -> null);
        }

        @Override
        public InternalRow classified(UnsafeRow row, Scores scores) {
            return output(row, converter -> converter.convert(scores));
        }

        @Override
        public InternalRow rejected(UnsafeRow row, Preparation.Rejected rejected) {
            return output(row, converter -> converter.convert(rejected));
        }

        private InternalRow output(UnsafeRow row, Function<ClassificationConverter, @Nullable InternalRow> result) {
            for (int i = 0; i < converters.size(); i++) {
                results.update(i, result.apply(converters.get(i)));
            }
            return output.apply(joined.apply(row, results));
        }
    }
}
