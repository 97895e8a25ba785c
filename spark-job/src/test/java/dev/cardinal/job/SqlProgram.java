package dev.cardinal.job;

import java.util.Arrays;
import org.apache.spark.sql.SparkSession;

/** A program of a user's that runs SQL and writes what the last statement gives: {@code SqlProgram OUTPUT STATEMENT...}. */
final class SqlProgram {
    private SqlProgram() {}

    public static void main(String[] args) {
        try (SparkSession spark = SparkSession.builder().appName("SQL").getOrCreate()) {
            String last = args[args.length - 1];
            Arrays.stream(args, 1, args.length - 1).forEach(spark::sql);
            spark.sql(last).coalesce(1).write().parquet(args[0]);
        }
    }
}
