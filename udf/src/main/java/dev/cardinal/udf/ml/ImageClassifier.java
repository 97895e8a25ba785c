package dev.cardinal.udf.ml;

import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.udf.options.ExecutionOptions.ModelDistribution;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.udf.sql.ClassifyColumn;
import dev.cardinal.udf.sql.ClassifySettings;
import dev.cardinal.udf.sql.ImageStruct;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.EnumWord;
import dev.cardinal.zoo.PublicApi;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
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
 * Stage of a Spark ML Pipeline that classifies images. It adds a column {@code struct<status, error, predictions>}, as
 * in the predictions table, to a dataset with an image column. A null image gives null; an image that cannot be
 * classified gives a status, never an exception.
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
 * <p>Images are encoded, as in the column {@code content} of the data source {@code binaryFile}, or decoded, as in the
 * column {@code image} of the data source {@code image}. Decoded images must have 8 bits and 1, 3 or 4 channels
 * (CV_8UC1, CV_8UC3, CV_8UC4; the alpha channel is ignored); others get the status {@code unsupported}. The stage does
 * not need {@code spark.sql.extensions}. Tasks classify in batches, as {@code classify} in SQL does. No image is
 * classified if the query does not use the new column.
 *
 * <p>Needs no closing. Not thread-safe while parameters are set. Lives on the driver. Saved and loaded like any other
 * stage, with the path of the model and not the model itself.
 */
@PublicApi
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
    private final Param<String> views;
    private final BooleanParam draft;

    /** Creates a stage with default values and no model path. */
    public ImageClassifier() {
        this(Identifiable$.MODULE$.randomUID("imageClassifier"));
    }

    /** Creates a stage with the given id. */
    public ImageClassifier(String uid) {
        this.uid = uid; // first, because every param reads it
        this.modelPath = new Param<>(this, "modelPath", "directory of a model bundle, on any Hadoop file system");
        this.inputCol = new Param<>(
                this, "inputCol", "image column: encoded bytes, or the struct of Spark's image data source");
        this.outputCol = new Param<>(this, "outputCol", "name of the new column");
        this.topK = new IntParam(this, "topK", "maximum number of predictions per image", ParamValidators.gtEq(1));
        this.batchSize = new IntParam(this, "batchSize", "maximum number of images per batch", ParamValidators.gtEq(1));
        this.precision = choice("precision", "numeric precision of the model", PrecisionChoice.class);
        this.device = choice("device", "device that the model runs on", DeviceChoice.class);
        this.distribution = choice("distribution", "how executors get the model", ModelDistribution.class);
        this.views = choice("views", "views of an image whose results are averaged", Views.class);
        this.draft = new BooleanParam(this, "draft", "whether large JPEG images are decoded at a part of their size");
        ExecutionOptions defaults = ExecutionOptions.defaults();
        setDefault(inputCol, "content");
        setDefault(outputCol, "classification");
        setDefault(topK, LabelOptions.DEFAULT_TOP_K);
        setDefault(batchSize, defaults.batchSize());
        setDefault(precision, EnumWord.of(defaults.precision()));
        setDefault(device, EnumWord.of(defaults.device()));
        setDefault(distribution, EnumWord.of(defaults.distribution()));
        setDefault(views, EnumWord.of(ImageOptions.defaults().views()));
        setDefault(draft, ImageOptions.defaults().draft());
    }

    private <E extends Enum<E>> Param<String> choice(String name, String what, Class<E> type) {
        List<String> words =
                Arrays.stream(type.getEnumConstants()).map(EnumWord::of).toList();
        return new Param<>(this, name, what + ": " + String.join(", ", words), ParamValidators.inArray(words));
    }

    private static <E extends Enum<E>> E value(Class<E> type, String word) {
        return Enum.valueOf(type, word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** Loads a saved stage. */
    public static ImageClassifier load(String path) {
        return read().load(path);
    }

    /** Returns a reader of saved stages. */
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

    public Param<String> views() {
        return views;
    }

    public BooleanParam draft() {
        return draft;
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

    public ImageClassifier setViews(String value) {
        return with(views, value);
    }

    public ImageClassifier setDraft(boolean value) {
        return with(draft, value);
    }

    private <T> ImageClassifier with(Param<T> param, T value) {
        set(param, value);
        return this;
    }

    /**
     * Adds the column. No image is classified until the result is used.
     *
     * @throws CardinalException if the image column is missing or has another type, or the model does not exist
     */
    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        transformSchema(dataset.schema());
        return ClassifyColumn.add(dataset, $(inputCol), $(outputCol), settings());
    }

    private ClassifySettings settings() {
        if (!isDefined(modelPath)) {
            throw CardinalException.usage(uid + ": modelPath is not set; set it to the directory of a model bundle");
        }
        ExecutionOptions execution = new ExecutionOptions(
                (Integer) $(batchSize),
                ExecutionOptions.DEFAULT_PREFETCH,
                value(PrecisionChoice.class, $(precision)),
                value(DeviceChoice.class, $(device)),
                value(ModelDistribution.class, $(distribution)));
        LabelOptions options = new LabelOptions(
                (Integer) $(topK),
                Set.of(),
                LabelOptions.DEFAULT_MAX_FILE_BYTES,
                ImageOptions.defaults().withViews(value(Views.class, $(views))).withDraft((Boolean) $(draft)),
                RecordFields.usual(),
                execution);
        return new ClassifySettings($(modelPath), null, options);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        String input = $(inputCol);
        String output = $(outputCol);
        if (!Arrays.asList(schema.fieldNames()).contains(input)) {
            throw CardinalException.usage(uid + ": image column " + input + " does not exist; set inputCol to one of "
                    + String.join(", ", schema.fieldNames()));
        }
        DataType type = schema.apply(input).dataType();
        if (!(type instanceof BinaryType) && !ImageStruct.is(type)) {
            throw CardinalException.usage(uid + ": column " + input + " is " + type.sql()
                    + "; it must be BINARY, as in the data source binaryFile, or the struct of the data source image");
        }
        if (Arrays.asList(schema.fieldNames()).contains(output)) {
            throw CardinalException.usage(
                    uid + ": column " + output + " already exists; set outputCol to another name");
        }
        return schema.add(output, PredictionSchema.classification(), true);
    }

    @Override
    public ImageClassifier copy(ParamMap extra) {
        return defaultCopy(extra);
    }
}
