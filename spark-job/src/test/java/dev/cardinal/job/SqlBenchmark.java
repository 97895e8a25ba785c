package dev.cardinal.job;

import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.label.LabelResult;
import dev.cardinal.udf.CardinalExtensions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * Benchmark of {@code SELECT path, classify(content)} and {@code label}; run it with src/test/benchmarks/sql.sh.
 *
 * <p>{@code SqlBenchmark MODEL IMAGES ROUNDS}: both run in this process in turns, over the same images into Parquet tables, with a
 * model that is already loaded.
 */
final class SqlBenchmark {
    private SqlBenchmark() {}

    @SuppressWarnings("SystemOut") // its result
    public static void main(String[] args) throws IOException {
        Path scratch = Files.createTempDirectory("cardinal-sql");
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .appName("SQL benchmark")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.extensions", CardinalExtensions.class.getName())
                .config("spark.cardinal.model", args[0])
                .getOrCreate()) {
            spark.read()
                    .format("binaryFile")
                    .option("recursiveFileLookup", "true")
                    .load(args[1])
                    .createOrReplaceTempView("images");
            label(spark, args, scratch);
            sql(spark, scratch);
            List<Double> ratios = new ArrayList<>();
            System.out.println("| | label, images/s | SQL, images/s | SQL / label |\n| --- | ---: | ---: | ---: |");
            for (int round = 1; round <= Integer.parseInt(args[2]); round++) {
                double label = label(spark, args, scratch);
                double sql = sql(spark, scratch);
                ratios.add(sql / label);
                System.out.printf(Locale.ROOT, "| round %d | %.2f | %.2f | %.2f |%n", round, label, sql, sql / label);
            }
            double[] sorted =
                    ratios.stream().mapToDouble(ratio -> ratio).sorted().toArray();
            System.out.printf(Locale.ROOT, "| median | | | %.2f |%n", sorted[sorted.length / 2]);
        }
        try (Stream<Path> files = Files.walk(scratch)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
        }
    }

    private static double label(SparkSession spark, String[] args, Path scratch) throws IOException {
        Path output = Files.createTempDirectory(scratch, "label").resolve("table");
        LabelResult result = new LabelJob(spark, Clock.systemUTC(), LabelProgress.NONE)
                .run(LabelRequest.of(args[0], List.of(args[1]), Optional.of(output.toString())));
        return result.imagesPerSecond();
    }

    private static double sql(SparkSession spark, Path scratch) throws IOException {
        String output =
                Files.createTempDirectory(scratch, "sql").resolve("table").toString();
        long start = System.nanoTime();
        spark.sql("SELECT path, classify(content) AS c FROM images").write().parquet(output);
        double seconds = (System.nanoTime() - start) / 1e9;
        return spark.read().parquet(output).count() / seconds;
    }
}
