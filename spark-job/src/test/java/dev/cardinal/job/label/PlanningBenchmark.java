package dev.cardinal.job.label;

import dev.cardinal.job.source.ImageListing;
import dev.cardinal.job.source.ImageSource;
import dev.cardinal.job.source.SimulatedFileSystem;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.fetch.RecordFields;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Measures the time and the memory of planning over a simulated listing. Arguments: the listing ({@code sim://1000x1000/}), the
 * number of its images that the table has already, the number of rows of the table, and a scratch directory.
 */
public final class PlanningBenchmark {
    private PlanningBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        String input = arguments[0];
        long labeled = Long.parseLong(arguments[1]);
        long inTable = Long.parseLong(arguments[2]);
        String scratch = arguments[3];
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.hadoop." + SimulatedFileSystem.CONFIGURATION_KEY, SimulatedFileSystem.class.getName())
                .getOrCreate()) {
            Optional<Dataset<Row>> table =
                    inTable == 0 ? Optional.empty() : Optional.of(table(spark, labeled, inTable, scratch));
            long start = System.nanoTime();
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            long images = 0;
            try (ImageListing found = new ImageSource(SourceSpec.of(List.of(input)), context.hadoopConfiguration())
                    .find(
                            spark,
                            RecordFields.usual(),
                            context.broadcast(new SerializableConfiguration(context.hadoopConfiguration())))) {
                WorkPlan plan = WorkPlan.of(found, table, TableOptions.KEEP, Long.MAX_VALUE);
                System.out.printf("%s after %.1f s%n", plan.counts(), seconds(start));
                CommitPlan groups = new CommitPlan(
                        List.of(plan.added(new Path(scratch + "/plan"))), () -> LabelRequest.DEFAULT_IMAGES_PER_COMMIT);
                while (groups.hasNext()) {
                    for (List<dev.cardinal.udf.fetch.ImageRef> group :
                            groups.next().values()) {
                        images += PartitionPlan.of(group, 2).tasks().stream()
                                .mapToLong(List::size)
                                .sum();
                    }
                }
            }
            System.out.printf(
                    "planned %,d images in %.1f s, heap limit %d MB%n",
                    images, seconds(start), Runtime.getRuntime().maxMemory() >> 20);
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /** Writes a table whose first rows are the first images of the listing. */
    private static Dataset<Row> table(SparkSession spark, long labeled, long rows, String scratch) {
        String directory = scratch + "/table";
        spark.range(rows)
                .select(
                        functions
                                .expr("if(id < " + labeled
                                        + ", format_string('sim://1000x1000/d%06d/image-%08d.jpg', id div 1000, id % 1000),"
                                        + " format_string('sim://other/d%06d/image-%08d.jpg', id div 1000, id % 1000))")
                                .as("path"),
                        functions.lit(100_000L).as("length"),
                        functions.expr("timestamp_millis(1700000000000)").as("modified"),
                        functions.lit("ok").as("status"))
                .write()
                .mode("overwrite")
                .parquet(directory);
        return spark.read().parquet(directory);
    }
}
