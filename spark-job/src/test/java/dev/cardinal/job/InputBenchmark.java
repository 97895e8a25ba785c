package dev.cardinal.job;

import com.sun.management.OperatingSystemMXBean;
import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.options.LabelOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Measures {@code label} without the cost of a model: {@code InputBenchmark DIRECTORY PHOTO COPIES ROUNDS}. A model that only averages
 * pixels labels copies of a photo in turns from files, tar archives, Parquet files and an S3 server on this machine, each run into a new
 * table with one core of Spark. Prints images per second, and images per second of processor time of this process, which does not
 * contain the server. The copies remain below the directory for other programs.
 */
final class InputBenchmark {
    private static final int SHARDS = 8;
    private static final int EDGE = 224;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String CARD = """
            {"id": "mean", "labels": ["a", "b", "c"], "output": {"logits": "logits"},
             "preprocessing": {"resize": 256, "crop": 224, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}}
            """;

    private InputBenchmark() {}

    /** Rates of a run in images per second, and per second of processor time. */
    private record Rates(double elapsed, double processor) {}

    @SuppressWarnings("SystemOut") // its result
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        byte[] photo = Files.readAllBytes(Path.of(args[1]));
        int copies = Integer.parseInt(args[2]);
        int rounds = Integer.parseInt(args[3]);
        writeModel(directory.resolve("model"));
        writeFiles(directory.resolve("files"), photo, copies);
        writeArchives(directory.resolve("tar"), photo, copies);
        try (S3Server server = S3Server.start().bucket("photos");
                SparkSession spark = session(server)) {
            server.put("photos", IntStream.range(0, copies).mapToObj(InputBenchmark::name), photo);
            if (!Files.exists(directory.resolve("parquet"))) {
                writeParquet(spark, directory.resolve("parquet"), photo, copies);
            }
            Map<String, List<Rates>> measured = new LinkedHashMap<>();
            for (int round = 0; round <= rounds; round++) {
                for (String source : List.of("files", "tar", "parquet", "s3")) {
                    String input = source.equals("s3")
                            ? "s3a://photos/"
                            : directory.resolve(source).toString();
                    Rates rates = label(spark, directory, input);
                    if (round > 0) { // the first one loads classes
                        measured.computeIfAbsent(source, key -> new ArrayList<>())
                                .add(rates);
                    }
                }
            }
            System.out.println(
                    "| source | images/s by round | median | images per processor second by round | median |");
            System.out.println("| --- | --- | ---: | --- | ---: |");
            measured.forEach((source, rates) -> System.out.println("| " + source + " | "
                    + shown(rates.stream().map(Rates::elapsed).toList()) + " | "
                    + shown(rates.stream().map(Rates::processor).toList()) + " |"));
        }
    }

    private static String shown(List<Double> values) {
        StringBuilder text = new StringBuilder();
        values.forEach(value -> text.append(String.format(Locale.ROOT, "%.0f ", value)));
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return text + String.format(Locale.ROOT, "| %.0f", sorted.get(sorted.size() / 2));
    }

    private static SparkSession session(S3Server server) {
        SparkSession.Builder builder = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1");
        server.options().forEach(builder::config);
        return builder.getOrCreate();
    }

    private static Rates label(SparkSession spark, Path directory, String input) throws IOException {
        Path output = Files.createTempDirectory("input-benchmark").resolve("table");
        LabelRequest request = new LabelRequest(
                directory.resolve("model").toString(),
                directory.resolve("card.json"),
                SourceSpec.of(List.of(input)),
                Optional.of(output.toString()),
                Long.MAX_VALUE,
                LabelOptions.defaults(),
                LabelRequest.DEFAULT_IMAGES_PER_COMMIT,
                1.0);
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long processor = system.getProcessCpuTime();
        long start = System.nanoTime();
        long images = new LabelJob(spark, Clock.systemUTC(), LabelProgress.NONE)
                .run(request)
                .labeled();
        return new Rates(
                images / ((System.nanoTime() - start) / NANOS_PER_SECOND),
                images / ((system.getProcessCpuTime() - processor) / NANOS_PER_SECOND));
    }

    private static void writeModel(Path directory) throws IOException {
        Files.createDirectories(directory.getParent());
        Files.writeString(directory.resolveSibling("card.json"), CARD);
        if (Files.exists(directory)) {
            return;
        }
        try (Graph graph = new Graph();
                Session session = new Session(graph)) {
            Ops ops = Ops.create(graph);
            Placeholder<TFloat32> image =
                    ops.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, EDGE, EDGE, 3)));
            Operand<TFloat32> logits = ops.math.mean(image, ops.constant(new int[] {1, 2}));
            SavedModelBundle.exporter(directory.toString())
                    .withSession(session)
                    .withSignature(Signature.builder("serving_default")
                            .input("image", image)
                            .output("logits", logits)
                            .build())
                    .export();
        }
    }

    private static String name(int copy) {
        return String.format(Locale.ROOT, "%06d.jpg", copy);
    }

    private static void writeFiles(Path directory, byte[] photo, int copies) throws IOException {
        Files.createDirectories(directory);
        for (int copy = 0; copy < copies; copy++) {
            Files.write(directory.resolve(name(copy)), photo);
        }
    }

    private static void writeArchives(Path directory, byte[] photo, int copies) throws IOException {
        Files.createDirectories(directory);
        for (int shard = 0; shard < SHARDS; shard++) {
            try (OutputStream file = Files.newOutputStream(directory.resolve(shard + ".tar"));
                    TarArchiveOutputStream tar = new TarArchiveOutputStream(file)) {
                for (int copy = shard; copy < copies; copy += SHARDS) {
                    TarArchiveEntry entry = new TarArchiveEntry(name(copy));
                    entry.setSize(photo.length);
                    tar.putArchiveEntry(entry);
                    tar.write(photo);
                    tar.closeArchiveEntry();
                }
            }
        }
    }

    /** Writes rows as Hugging Face Datasets does: a column {@code image} with bytes and path. */
    private static void writeParquet(SparkSession spark, Path directory, byte[] photo, int copies) {
        StructType image = new StructType().add("bytes", DataTypes.BinaryType).add("path", DataTypes.StringType);
        spark.range(0, copies, 1, SHARDS)
                .map(
                        (MapFunction<Long, Row>)
                                copy -> RowFactory.create(RowFactory.create(photo, name(copy.intValue()))),
                        Encoders.row(new StructType().add("image", image)))
                .write()
                .option("compression", "none")
                .parquet(directory.toString());
    }
}
