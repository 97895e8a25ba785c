package dev.cardinal.job.cli;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** Spark as the commands use it. */
final class Spark {
    private static final String HADOOP_PREFIX = "spark.hadoop.";

    private Spark() {}

    /** A session for a command; the caller closes it. */
    static SparkSession session(String name) {
        return SparkSession.builder().appName("Cardinal " + name).getOrCreate();
    }

    /** The Hadoop configuration that a session would have, without starting one. */
    static Configuration configuration() {
        Configuration configuration = new Configuration();
        for (Tuple2<String, String> setting : new SparkConf().getAllWithPrefix(HADOOP_PREFIX)) {
            configuration.set(setting._1(), setting._2());
        }
        return configuration;
    }
}
