package dev.cardinal.job.label;

import dev.cardinal.job.source.ImageListing;
import dev.cardinal.job.source.ImageSource;
import dev.cardinal.job.source.SimulatedFileSystem;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Measures how a run leaves its table, with a simulated listing and a simulated classifier, which waits: every twentieth task waits
 * longer than the others.
 *
 * <p>{@code run LISTING SLOTS MICROS OUTPUT SLOWER}: labels a listing such as {@code sim://10000x1000/} with this number of slots and this
 * time for an image, multiplied by {@code SLOWER} in every twentieth task, and prints the sizes of the files, and the share of the time in
 * which the slots were busy. The slots are threads of this process, if {@code spark.master} names no cluster. {@code layouts ROWS
 * ROWS_PER_TASK OUTPUT}: writes the rows of many small tasks in three ways.
 */
public final class TableBenchmark {
    private static final int CLASSES = 1_000;
    private static final int TOP_K = 10;
    private static final int SLOW_TASKS = 20;
    private static final StructType SCHEMA = PredictionSchema.table(Set.of(), List.of());
    private static final String MODEL = "simulated@0123456789ab";

    private TableBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("run")) {
            run(
                    arguments[1],
                    Integer.parseInt(arguments[2]),
                    Long.parseLong(arguments[3]),
                    arguments[4],
                    Integer.parseInt(arguments[5]));
        } else {
            layouts(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), arguments[3]);
        }
    }

    private static SparkSession session(int slots) {
        return SparkSession.builder()
                .master(System.getProperty("spark.master", "local[" + slots + "]"))
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.hadoop." + SimulatedFileSystem.CONFIGURATION_KEY, SimulatedFileSystem.class.getName())
                .getOrCreate();
    }

    private static void run(String input, int slots, long micros, String output, int slower) throws IOException {
        try (SparkSession spark = session(slots)) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            LabelMetrics metrics = LabelMetrics.register(spark.sparkContext());
            PredictionTable table = PredictionTable.at(new Path(output), context.hadoopConfiguration());
            LabelRequest request = LabelRequest.of("simulated", List.of(input), Optional.of(output));
            List<ClassLabel> classes = IntStream.range(0, CLASSES)
                    .mapToObj(c -> new ClassLabel(label(c), null))
                    .toList();
            LabelRun run = new LabelRun(
                    spark.sparkContext(),
                    request,
                    new RunRecord.RecordedModel(MODEL, "simulated", "01", "simulated", classes),
                    null,
                    metrics,
                    Clock.systemUTC());
            Busy busy = new Busy();
            spark.sparkContext().addSparkListener(busy);
            try (ImageListing found = new ImageSource(request.source(), context.hadoopConfiguration())
                    .find(
                            spark,
                            RecordFields.usual(),
                            context.broadcast(new SerializableConfiguration(context.hadoopConfiguration())))) {
                LabelResult result = new TableWriter(
                                spark,
                                busy,
                                Clock.systemUTC(),
                                work -> spark.createDataFrame(
                                        context.parallelize(
                                                        work.get(0).tasks().tasks(),
                                                        work.get(0)
                                                                .tasks()
                                                                .tasks()
                                                                .size())
                                                .flatMap(List::iterator)
                                                .mapPartitions(new Classifier(micros, slower, metrics)),
                                        SCHEMA))
                        .write(List.of(new TableRun(spark, table, run)), found)
                        .get(0);
                print(
                        "%,d images in %.0f s and %d commits; %d slots were busy %.2f %% of the time",
                        result.labeled(),
                        result.seconds(),
                        result.statistics().commits(),
                        slots,
                        100 * busy.share(slots));
            }
            printFiles(spark, output);
        }
    }

    /** Prints how many rows the files have. */
    private static void printFiles(SparkSession spark, String output) throws IOException {
        List<Long> rows = new ParquetRowStore(
                        new Path(output)
                                .getFileSystem(spark.sparkContext().hadoopConfiguration())
                                .makeQualified(new Path(output)),
                        spark.sparkContext().hadoopConfiguration())
                .known(spark).values().stream()
                        .map(TableFiles.TableFile::rows)
                        .sorted()
                        .toList();
        print(
                "%d files; rows: smallest %,d, median %,d, largest %,d",
                rows.size(), rows.get(0), rows.get(rows.size() / 2), rows.get(rows.size() - 1));
    }

    /** Measures how long tasks ran. Spark calls it from one thread. */
    private static final class Busy extends SparkListener implements LabelProgress {
        private final AtomicLong busyMillis = new AtomicLong();
        private volatile long begun = Long.MAX_VALUE;
        private volatile long first = Long.MAX_VALUE;
        private volatile long last;

        @Override
        public void step(String what) {
            print("%s", what);
        }

        @Override
        public void labeling(long total, LongSupplier done) {
            begun = System.currentTimeMillis();
        }

        @Override
        public void finished() {}

        @Override
        public void onTaskEnd(SparkListenerTaskEnd end) {
            long launched = end.taskInfo().launchTime();
            if (launched >= begun) {
                busyMillis.addAndGet(end.taskInfo().finishTime() - launched);
                first = Math.min(first, launched);
                last = Math.max(last, end.taskInfo().finishTime());
            }
        }

        double share(int slots) {
            return (double) busyMillis.get() / slots / (last - first);
        }
    }

    /** Waits, and returns rows as a classifier would. */
    private static final class Classifier implements FlatMapFunction<Iterator<ImageRef>, Row> {
        private static final long serialVersionUID = 1L;

        private final long micros;
        private final int slower;
        private final LabelMetrics metrics;

        Classifier(long micros, int slower, LabelMetrics metrics) {
            this.micros = micros;
            this.slower = slower;
            this.metrics = metrics;
        }

        @Override
        public Iterator<Row> call(Iterator<ImageRef> images) throws InterruptedException {
            List<Row> rows = new ArrayList<>();
            images.forEachRemaining(image -> rows.add(row(image.path(), image.length(), image.modifiedMillis())));
            boolean isSlow = TaskContext.getPartitionId() % SLOW_TASKS == SLOW_TASKS - 1;
            TimeUnit.MICROSECONDS.sleep(rows.size() * micros * (isSlow ? slower : 1));
            TaskCounters counters = new TaskCounters(metrics);
            counters.add(Counter.IMAGES, rows.size());
            counters.flush();
            return rows.iterator();
        }
    }

    private static Row row(String path, long length, long modified) {
        int hash = path.hashCode() * 0x9E3779B1;
        double fall = 1 + 26 * Math.pow((hash >>> 8) / (double) (1 << 24), 1.5);
        boolean isOk = Math.floorMod(hash, 1_000) > 0;
        double total = 0;
        for (int k = 1; k <= TOP_K; k++) {
            total += Math.pow(k, -fall);
        }
        Row[] predictions = new Row[TOP_K];
        for (int k = 1; k <= TOP_K; k++) {
            int index = Math.floorMod(hash + 97 * k, CLASSES);
            predictions[k - 1] = RowFactory.create(index, label(index), (float) (Math.pow(k, -fall) / total));
        }
        return RowFactory.create(
                path,
                null,
                length,
                new Timestamp(modified),
                sha256(hash),
                500,
                375,
                null,
                isOk ? "ok" : "undecodable",
                isOk ? null : "JPEG: premature end of data",
                isOk ? predictions : null,
                MODEL);
    }

    /** Returns 64 hexadecimal digits that do not compress. */
    private static String sha256(int seed) {
        StringBuilder digits = new StringBuilder();
        long state = seed * 0x9E3779B97F4A7C15L;
        while (digits.length() < 64) {
            state = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L + 1;
            digits.append(String.format(Locale.ROOT, "%016x", state));
        }
        return digits.toString();
    }

    private static String label(int index) {
        return "class " + (10_000 + index);
    }

    /** Writes the rows of many small tasks: a file for each, shuffled to few, and a file for each that is then rewritten to few. */
    private static void layouts(int rows, int rowsPerTask, String output) throws IOException {
        try (SparkSession spark = session(2)) {
            for (int round = 0; round < 4; round++) {
                for (String layout : List.of("file for each task", "shuffled", "rewritten")) {
                    Path directory = new Path(output + "/" + layout.replace(' ', '-') + round);
                    PredictionTable table =
                            PredictionTable.at(directory, spark.sparkContext().hadoopConfiguration());
                    Dataset<Row> labeled = spark.createDataFrame(
                            JavaSparkContext.fromSparkContext(spark.sparkContext())
                                    .parallelize(
                                            IntStream.range(0, rows).boxed().toList(), rows / rowsPerTask)
                                    .map(i -> row("file:/data/photos/" + i / 1000 + "/image-" + i + ".jpg", 1, 1)),
                            SCHEMA);
                    long start = System.nanoTime();
                    try (RunLock lock = table.lock(Clock.systemUTC())) {
                        switch (layout) {
                            case "shuffled" -> table.store().append(labeled, rows, lock);
                            case "rewritten" -> {
                                table.append(labeled, lock);
                                table.store()
                                        .rows(spark)
                                        .orElseThrow()
                                        .coalesce(1)
                                        .write()
                                        .parquet(directory + "/_2");
                            }
                            default -> table.append(labeled, lock);
                        }
                    }
                    print(
                            "round %d, %s: %.1f s%s",
                            round,
                            layout,
                            (System.nanoTime() - start) / 1e9,
                            round == 0 ? " (not counted: classes are being loaded)" : "");
                }
            }
        }
    }

    @SuppressWarnings("SystemOut") // its result
    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
