package dev.cardinal.job;

import java.io.IOException;
import java.util.Arrays;
import org.apache.spark.sql.SparkSession;

/** A user's program that runs SQL and writes the result of the last statement: {@code SqlProgram OUTPUT STATEMENT...}. */
public final class SqlProgram {
    private SqlProgram() {}

    public static void main(String[] args) throws IOException {
        try (SparkSession spark = SparkSession.builder().appName("SQL").getOrCreate()) {
            String last = args[args.length - 1];
            Arrays.stream(args, 1, args.length - 1).forEach(spark::sql);
            spark.sql(last).write().parquet(args[0]);
        }
    }
}
