package dev.cardinal.job.cli;

import dev.cardinal.udf.CardinalPlugin;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** Creates the Spark sessions of the commands, and their configuration. Stateless and thread-safe. */
final class SparkSessions {
    private static final String HADOOP_PREFIX = "spark.hadoop.";
    private static final String PLUGINS = "spark.plugins";
    /** Set also if the user has set it: with Kryo, each program must register its classes, and Spark's own SQL does not register all. */
    private static final String SERIALIZER = "spark.serializer";

    /**
     * Settings unless the user has set them. S3A tries a request a few times within seconds and leaves longer outages to
     * {@link dev.cardinal.udf.fs.Retry}; by default it would retry for hours. Spark hides the keys of stores in its pages and
     * logs, including settings whose name does not show that they are secret. CUDA numbers GPUs like discovery scripts do.
     */
    private static final Map<String, String> DEFAULTS = Map.of(
            "spark.hadoop.fs.s3a.attempts.maximum", "2",
            "spark.hadoop.fs.s3a.retry.limit", "3",
            "spark.hadoop.fs.s3a.retry.interval", "250ms",
            "spark.hadoop.fs.s3a.retry.throttle.limit", "4",
            "spark.hadoop.fs.s3a.retry.throttle.interval", "250ms",
            "spark.redaction.regex",
                    "(?i)secret|password|passphrase|token|credential|[.]key([.]|$)|access[._]?key|sas[.]",
            "spark.executorEnv.CUDA_DEVICE_ORDER", "PCI_BUS_ID");

    private SparkSessions() {}

    /** Creates the session of a command, under its name in Spark's pages; the caller closes it. */
    static SparkSession session(String name) {
        return session(name, settings());
    }

    /** Creates the session of a command with the given settings; the caller closes it. */
    static SparkSession session(String name, SparkConf settings) {
        SparkSession session = SparkSession.builder()
                .config(settings)
                .appName("Cardinal " + name)
                .getOrCreate();
        session.sparkContext().setJobDescription(name);
        return session;
    }

    /** Returns the Hadoop configuration that a session would have, without starting one. */
    static Configuration configuration() {
        Configuration configuration = new Configuration();
        for (Tuple2<String, String> setting : settings().getAllWithPrefix(HADOOP_PREFIX)) {
            configuration.set(setting._1(), setting._2());
        }
        return configuration;
    }

    /** Returns the settings that a session would have, without starting one. */
    static SparkConf settings() {
        SparkConf settings = new SparkConf();
        Configuration hadoop = new Configuration();
        DEFAULTS.forEach((key, value) -> {
            String hadoopKey = key.startsWith(HADOOP_PREFIX) ? key.substring(HADOOP_PREFIX.length()) : key;
            if (!isSetInFiles(hadoop, hadoopKey)) {
                settings.setIfMissing(key, value);
            }
        });
        settings.set(SERIALIZER, JavaSerializer.class.getName());
        addPlugin(settings, CardinalPlugin.class.getName());
        return settings;
    }

    /** Adds a plugin to those that the user has set. */
    private static void addPlugin(SparkConf settings, String plugin) {
        String others = settings.get(PLUGINS, "").strip();
        if (Arrays.stream(others.split(",", -1))
                .noneMatch(other -> other.strip().equals(plugin))) {
            settings.set(PLUGINS, others.isEmpty() ? plugin : others + "," + plugin);
        }
    }

    /** Returns whether a configuration file of Hadoop, such as core-site.xml, sets a key, apart from Hadoop's defaults. */
    private static boolean isSetInFiles(Configuration hadoop, String key) {
        String[] sources = hadoop.getPropertySources(key);
        return sources != null && !Set.of(sources).equals(Set.of("core-default.xml"));
    }
}
