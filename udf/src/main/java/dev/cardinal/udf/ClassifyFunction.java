package dev.cardinal.udf;

import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.serving.SessionSettings;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.jspecify.annotations.Nullable;

/**
 * The SQL function {@code classify(binary)}: an encoded image to {@code struct<status, error, predictions>}, a row at a time.
 *
 * <p>Null gives null; a broken image gives its status, never an exception. Serialized with a task, which is then its one user;
 * what it opens there is closed when the task completes.
 */
public final class ClassifyFunction implements UDF1<byte[], Row> {
    private static final long serialVersionUID = 1L;

    /** Name it is registered under. */
    public static final String NAME = "classify";

    private final ModelSpec model;
    private final int topK;
    private transient @Nullable ImagePreparer preparer;
    private transient ModelCache.@Nullable Lease lease;

    private ClassifyFunction(ModelSpec model, int topK) {
        this.model = model;
        this.topK = topK;
    }

    /** Registers {@code classify} in a session, for this model and this many predictions an image. */
    public static void register(SparkSession spark, ModelSpec model, int topK) {
        spark.udf().register(NAME, new ClassifyFunction(model, topK), PredictionSchema.classification());
    }

    @Override
    public @Nullable Row call(byte @Nullable [] encoded) {
        if (encoded == null) {
            return null;
        }
        Classifier classifier = classifier(); // first, since its session decides on TensorFlow's threads
        Preparation preparation = preparer().prepare(encoded);
        if (preparation instanceof Preparation.Ready ready) {
            Classifier.Scores scores = classifier
                    .classify(List.of(ready.rgb()), ready.height(), ready.width())
                    .get(0);
            Row[] predictions =
                    TopK.rows(scores.probabilities(), topK, model.model().labels());
            return RowFactory.create(Status.OK.id(), null, predictions);
        }
        Preparation.Rejected rejected = (Preparation.Rejected) preparation;
        return RowFactory.create(rejected.status().id(), rejected.error(), null);
    }

    private ImagePreparer preparer() {
        if (preparer == null) {
            preparer = ModelInput.preparer(model.model().preprocessing(), ImageOptions.defaults());
            closeWithTask(preparer);
        }
        return preparer;
    }

    private Classifier classifier() {
        if (lease == null) {
            SessionSettings settings =
                    TaskEngine.of(TaskContext.get(), EngineOptions.defaults()).settings();
            lease = ModelCache.lease(model, settings);
            closeWithTask(lease);
        }
        return lease.classifier();
    }

    /** Outside a task, as when Spark folds a constant expression on the driver, there is no task to end with. */
    private static void closeWithTask(AutoCloseable resource) {
        TaskContext task = TaskContext.get();
        if (task != null) {
            TaskResources.closeWithTask(task, resource);
        }
    }
}
