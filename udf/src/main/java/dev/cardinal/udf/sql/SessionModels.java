package dev.cardinal.udf.sql;

import dev.cardinal.udf.BroadcastFiles;
import dev.cardinal.udf.EngineCheck;
import dev.cardinal.udf.EngineOptions;
import dev.cardinal.udf.EngineOptions.ModelDistribution;
import dev.cardinal.udf.ModelFiles;
import dev.cardinal.udf.SharedFiles;
import dev.cardinal.udf.bundle.ModelStore;
import dev.cardinal.udf.store.StorePath;
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
 * The models that the queries of a session have asked, each of which is sent to executors once.
 *
 * <p>Held as long as its session is; then Spark cleans up what was sent. Thread-safe; lives on the driver.
 */
public final class SessionModels {
    private static final Map<SparkSession, SessionModels> BY_SESSION = new WeakHashMap<>();

    private final Map<Key, SentModel> sent = new HashMap<>();

    /** A model is sent again where it has changed since. */
    private record Key(String uri, String fingerprint, ModelDistribution distribution) {}

    private SessionModels() {}

    /** Those of a session. */
    public static SessionModels of(SparkSession session) {
        synchronized (BY_SESSION) {
            return BY_SESSION.computeIfAbsent(session, s -> new SessionModels());
        }
    }

    /**
     * Looks at a model and at what this application can run it on.
     *
     * @throws CardinalException if there is no such model, or the application cannot run it as the settings want
     */
    public QueryModel model(SparkSession session, ClassifySettings settings) {
        EngineOptions engine = settings.options().engine();
        JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
        Configuration hadoop = session.sessionState().newHadoopConf();
        try {
            List<String> problems = EngineCheck.problems(engine, context.getConf());
            if (!problems.isEmpty()) {
                throw CardinalException.usage(problems);
            }
            Path given = StorePath.of(ClassifyKey.MODEL.key(), settings.model());
            ServedModel model = new ModelStore(hadoop)
                    .read(given, settings.card(), settings.options().emit());
            Path directory = given.getFileSystem(hadoop).makeQualified(given);
            SentModel source = sent(
                    new Key(directory.toString(), model.fingerprint(), engine.distribution()),
                    () -> send(context, hadoop, directory, model.fingerprint(), engine.distribution()));
            return new QueryModel(directory.toString(), model, settings.options(), source);
        } catch (IOException e) {
            throw CardinalException.model(
                    "model " + StorePath.withoutCredentials(settings.model()) + " cannot be read: " + e, e);
        }
    }

    private synchronized SentModel sent(Key key, SentModel.Sending sending) {
        return sent.computeIfAbsent(key, k -> new SentModel(k.uri(), sending));
    }

    private static ModelFiles send(
            JavaSparkContext context,
            Configuration hadoop,
            Path directory,
            String fingerprint,
            ModelDistribution distribution)
            throws IOException {
        return switch (distribution) {
            case BROADCAST -> BroadcastFiles.of(context, directory.getFileSystem(hadoop), directory, fingerprint);
            case SHARED ->
                SharedFiles.of(directory, fingerprint, context.broadcast(new SerializableConfiguration(hadoop)));
        };
    }
}
