package dev.cardinal.udf.sql;

import dev.cardinal.udf.bundle.BroadcastBundle;
import dev.cardinal.udf.bundle.BundleSource;
import dev.cardinal.udf.bundle.ModelDirectory;
import dev.cardinal.udf.bundle.ServedModelReader;
import dev.cardinal.udf.bundle.SharedBundle;
import dev.cardinal.udf.device.DevicePreflight;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.ModelDistribution;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The models that the queries of a session use. Each is sent to executors once.
 *
 * <p>Lives as long as its session; after that, Spark removes the broadcasts. Thread-safe; lives on the driver.
 */
final class SessionModels {
    private static final Map<SparkSession, SessionModels> BY_SESSION = new WeakHashMap<>();

    private final Map<SessionKey, LazyModelBroadcast> broadcasts = new HashMap<>();

    /** Contains the fingerprint, so that a model that has changed is sent again. */
    private record SessionKey(String uri, String fingerprint, ModelDistribution distribution) {}

    private SessionModels() {}

    /** Returns the models of a session. */
    static SessionModels of(SparkSession session) {
        synchronized (BY_SESSION) {
            return BY_SESSION.computeIfAbsent(session, s -> new SessionModels());
        }
    }

    /**
     * Reads the description of a model and checks that this application can run it.
     *
     * @throws CardinalException if the model does not exist, or the application cannot run it with these settings
     */
    QueryModel model(SparkSession session, ClassifySettings settings) {
        ExecutionOptions execution = settings.options().execution();
        JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
        Configuration hadoop = session.sessionState().newHadoopConf();
        try {
            List<String> problems = DevicePreflight.problems(execution, context.getConf());
            if (!problems.isEmpty()) {
                throw CardinalException.usage(problems);
            }
            Path given = ModelDirectory.of(ClassifyKey.MODEL.key(), settings.model(), hadoop);
            ServedModel model = new ServedModelReader(hadoop)
                    .read(given, settings.card(), settings.options().emit());
            ImagePreparer.check(model.preprocessing(), settings.options().image());
            Path directory = given.getFileSystem(hadoop).makeQualified(given);
            LazyModelBroadcast source = broadcast(
                    new SessionKey(directory.toString(), model.fingerprint(), execution.distribution()),
                    () -> distribute(context, hadoop, directory, model.fingerprint(), execution.distribution()));
            return new QueryModel(directory.toString(), model, settings.options(), source);
        } catch (IOException e) {
            throw CardinalException.model(
                    "model " + UserPaths.withoutCredentials(settings.model()) + " cannot be read: " + e, e);
        }
    }

    private synchronized LazyModelBroadcast broadcast(SessionKey key, LazyModelBroadcast.Distribution distribution) {
        return broadcasts.computeIfAbsent(key, k -> new LazyModelBroadcast(k.uri(), distribution));
    }

    private static BundleSource distribute(
            JavaSparkContext context,
            Configuration hadoop,
            Path directory,
            String fingerprint,
            ModelDistribution distribution)
            throws IOException {
        return switch (distribution) {
            case BROADCAST -> BroadcastBundle.of(context, directory.getFileSystem(hadoop), directory, fingerprint);
            case SHARED ->
                SharedBundle.of(directory, fingerprint, context.broadcast(new SerializableConfiguration(hadoop)));
        };
    }
}
