package dev.cardinal.job.cli;

import dev.cardinal.udf.CardinalPlugin;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** Spark as the commands use it. */
final class Spark {
    private static final String HADOOP_PREFIX = "spark.hadoop.";
    private static final String PLUGINS = "spark.plugins";

    /**
     * What the commands want where the user has set nothing else: S3A tries a request a few times within seconds and leaves longer
     * outages to {@link dev.cardinal.udf.store.Retry} (by itself it would wait for hours); Spark shows no key of a store in its
     * pages and logs, also where the setting's name does not say that it is one; CUDA numbers GPUs as discovery scripts do.
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

    private Spark() {}

    /** A session for a command, which Spark's pages name; the caller closes it. */
    static SparkSession session(String name) {
        return session(name, settings());
    }

    /** A session with settings of the command's own. */
    static SparkSession session(String name, SparkConf settings) {
        SparkSession session = SparkSession.builder()
                .config(settings)
                .appName("Cardinal " + name)
                .getOrCreate();
        session.sparkContext().setJobDescription(name);
        return session;
    }

    /** The Hadoop configuration that a session would have, without starting one. */
    static Configuration configuration() {
        Configuration configuration = new Configuration();
        for (Tuple2<String, String> setting : settings().getAllWithPrefix(HADOOP_PREFIX)) {
            configuration.set(setting._1(), setting._2());
        }
        return configuration;
    }

    /** The configuration of a session, without starting one. */
    static SparkConf settings() {
        SparkConf settings = new SparkConf();
        Configuration hadoop = new Configuration();
        DEFAULTS.forEach((key, value) -> {
            String hadoopKey = key.startsWith(HADOOP_PREFIX) ? key.substring(HADOOP_PREFIX.length()) : key;
            if (!isSetInFiles(hadoop, hadoopKey)) {
                settings.setIfMissing(key, value);
            }
        });
        addPlugin(settings, CardinalPlugin.class.getName());
        return settings;
    }

    /** Beside the plugins that the user has set, if any. */
    private static void addPlugin(SparkConf settings, String plugin) {
        String others = settings.get(PLUGINS, "").strip();
        if (Arrays.stream(others.split(",", -1))
                .noneMatch(other -> other.strip().equals(plugin))) {
            settings.set(PLUGINS, others.isEmpty() ? plugin : others + "," + plugin);
        }
    }

    /** Whether one of Hadoop's files has a key, such as core-site.xml, and not only Hadoop's defaults. */
    private static boolean isSetInFiles(Configuration hadoop, String key) {
        String[] sources = hadoop.getPropertySources(key);
        return sources != null && !Set.of(sources).equals(Set.of("core-default.xml"));
    }
}
