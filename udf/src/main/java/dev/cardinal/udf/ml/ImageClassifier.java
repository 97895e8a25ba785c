package dev.cardinal.udf.ml;

import dev.cardinal.udf.EngineOptions;
import dev.cardinal.udf.EngineOptions.DeviceChoice;
import dev.cardinal.udf.EngineOptions.ModelDistribution;
import dev.cardinal.udf.EngineOptions.PrecisionChoice;
import dev.cardinal.udf.LabelOptions;
import dev.cardinal.udf.PredictionSchema;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.sql.ClassifiedColumn;
import dev.cardinal.udf.sql.ClassifySettings;
import dev.cardinal.udf.sql.ImageStruct;
import dev.cardinal.zoo.CardinalException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * A stage of a Spark ML Pipeline that says what images show: it adds a column {@code struct<status, error, predictions>}, as in the
 * predictions table, to a dataset with a column of images. Null gives null; a broken image gives its status, never an exception.
 *
 * <pre>{@code
 * Dataset<Row> photos = spark.read().format("binaryFile").load("/data/photos");
 * Dataset<Row> classified = new ImageClassifier()
 *         .setModelPath("hdfs:///models/resnext50")
 *         .setTopK(5)
 *         .transform(photos);
 * classified.select("path", "classification.predictions").show();
 * }</pre>
 *
 * <p>Images are encoded, as in the column {@code content} of the data source {@code binaryFile}, or decoded, as in the column
 * {@code image} of the data source {@code image}: 8-bit ones of 1, 3 and 4 channels (CV_8UC1, CV_8UC3, CV_8UC4; opacity is
 * dropped), while others have the status {@code unsupported}. It needs no {@code spark.sql.extensions}; tasks classify in batches as
 * {@code classify} in SQL does. Where a column of the result is not used no image is classified.
 *
 * <p>Holds nothing open. Lives on the driver; not thread-safe while parameters are set. Saved and loaded as any stage is, with the
 * path of the model and not the model itself.
 */
public final class ImageClassifier extends Transformer implements DefaultParamsWritable {
    private static final long serialVersionUID = 1L;

    private final String uid;
    private final Param<String> modelPath;
    private final Param<String> inputCol;
    private final Param<String> outputCol;
    private final IntParam topK;
    private final IntParam batchSize;
    private final Param<String> precision;
    private final Param<String> device;
    private final Param<String> distribution;

    /** A stage with every default, to which the path of a model is missing. */
    public ImageClassifier() {
        this(Identifiable$.MODULE$.randomUID("imageClassifier"));
    }

    /** A stage with an id of its own. */
    public ImageClassifier(String uid) {
        this.uid = uid; // first, since every param takes it
        this.modelPath = new Param<>(this, "modelPath", "directory of a model bundle, on any Hadoop file system");
        this.inputCol = new Param<>(this, "inputCol", "column of images: encoded bytes, or Spark's image struct");
        this.outputCol = new Param<>(this, "outputCol", "name of the column that is added");
        this.topK = new IntParam(this, "topK", "predictions of an image, at most", ParamValidators.gtEq(1));
        this.batchSize = new IntParam(
                this, "batchSize", "images that the model classifies at once, at most", ParamValidators.gtEq(1));
        this.precision = choice("precision", "arithmetic of the model", PrecisionChoice.class);
        this.device = choice("device", "what the model runs on", DeviceChoice.class);
        this.distribution = choice("distribution", "how executors come by the model", ModelDistribution.class);
        EngineOptions engine = EngineOptions.defaults();
        setDefault(inputCol, "content");
        setDefault(outputCol, "classification");
        setDefault(topK, LabelOptions.DEFAULT_TOP_K);
        setDefault(batchSize, engine.batchSize());
        setDefault(precision, word(engine.precision()));
        setDefault(device, word(engine.device()));
        setDefault(distribution, word(engine.distribution()));
    }

    private <E extends Enum<E>> Param<String> choice(String name, String what, Class<E> type) {
        List<String> words = Arrays.stream(type.getEnumConstants())
                .map(ImageClassifier::word)
                .toList();
        return new Param<>(this, name, what + ": " + String.join(", ", words), ParamValidators.inArray(words));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static <E extends Enum<E>> E value(Class<E> type, String word) {
        return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
    }

    /** A stage that was saved. */
    public static ImageClassifier load(String path) {
        return read().load(path);
    }

    /** Reads stages that were saved. */
    public static MLReader<ImageClassifier> read() {
        return new DefaultParamsReader<>();
    }

    @Override
    public String uid() {
        return uid;
    }

    public Param<String> modelPath() {
        return modelPath;
    }

    public Param<String> inputCol() {
        return inputCol;
    }

    public Param<String> outputCol() {
        return outputCol;
    }

    public IntParam topK() {
        return topK;
    }

    public IntParam batchSize() {
        return batchSize;
    }

    public Param<String> precision() {
        return precision;
    }

    public Param<String> device() {
        return device;
    }

    public Param<String> distribution() {
        return distribution;
    }

    public ImageClassifier setModelPath(String value) {
        return with(modelPath, value);
    }

    public ImageClassifier setInputCol(String value) {
        return with(inputCol, value);
    }

    public ImageClassifier setOutputCol(String value) {
        return with(outputCol, value);
    }

    public ImageClassifier setTopK(int value) {
        return with(topK, value);
    }

    public ImageClassifier setBatchSize(int value) {
        return with(batchSize, value);
    }

    public ImageClassifier setPrecision(String value) {
        return with(precision, value);
    }

    public ImageClassifier setDevice(String value) {
        return with(device, value);
    }

    public ImageClassifier setDistribution(String value) {
        return with(distribution, value);
    }

    private <T> ImageClassifier with(Param<T> param, T value) {
        set(param, value);
        return this;
    }

    /**
     * Adds the column; nothing is classified before the result is used.
     *
     * @throws CardinalException if the column of images is missing or of another type, or there is no such model
     */
    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        transformSchema(dataset.schema());
        return ClassifiedColumn.add(dataset, $(inputCol), $(outputCol), settings());
    }

    private ClassifySettings settings() {
        if (!isDefined(modelPath)) {
            throw CardinalException.usage(uid + ": modelPath is not set; name the directory of a model bundle");
        }
        EngineOptions engine = new EngineOptions(
                (Integer) $(batchSize),
                EngineOptions.DEFAULT_PREFETCH,
                value(PrecisionChoice.class, $(precision)),
                value(DeviceChoice.class, $(device)),
                value(ModelDistribution.class, $(distribution)));
        LabelOptions options = new LabelOptions(
                (Integer) $(topK),
                Set.of(),
                LabelOptions.DEFAULT_MAX_FILE_BYTES,
                ImageOptions.defaults(),
                RecordFields.usual(),
                engine);
        return new ClassifySettings($(modelPath), null, options);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        String input = $(inputCol);
        String output = $(outputCol);
        if (!Arrays.asList(schema.fieldNames()).contains(input)) {
            throw CardinalException.usage(uid + ": there is no column " + input + " of images; inputCol names it, of "
                    + String.join(", ", schema.fieldNames()));
        }
        DataType type = schema.apply(input).dataType();
        if (!(type instanceof BinaryType) && !ImageStruct.is(type)) {
            throw CardinalException.usage(
                    uid + ": column " + input + " is " + type.sql()
                            + "; images are BINARY, as the data source binaryFile has them, or the struct of the data source image");
        }
        if (Arrays.asList(schema.fieldNames()).contains(output)) {
            throw CardinalException.usage(
                    uid + ": there is a column " + output + " already; name another one as outputCol");
        }
        return schema.add(output, PredictionSchema.classification(), true);
    }

    @Override
    public ImageClassifier copy(ParamMap extra) {
        return defaultCopy(extra);
    }
}
