package dev.cardinal.udf;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** The Spark session that all test classes of a JVM share; it ends with the JVM. */
public final class LocalSpark {
    private LocalSpark() {}

    public static SparkSession session() {
        return SparkSession.builder()
                .master("local[4]")
                .appName("Cardinal tests")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "4")
                .config("spark.plugins", CardinalPlugin.class.getName())
                .getOrCreate();
    }

    /** Returns another session of the same application, with Cardinal's SQL function. */
    public static SparkSession withExtensions() {
        SparkSession others = session();
        try {
            return org.apache.spark.sql.classic.SparkSession.builder()
                    .withExtensions(new CardinalExtensions())
                    .create();
        } finally {
            SparkSession.setDefaultSession(others);
            SparkSession.setActiveSession(others);
        }
    }

    public static JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(session().sparkContext());
    }
}
