package dev.cardinal.job;

import com.sun.management.OperatingSystemMXBean;
import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.job.label.LabelRequest;
import java.io.IOException;
import java.lang.management.ManagementFactory;
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
 * Measures two models in one pass and in two runs: {@code TeachersBenchmark MODEL_A MODEL_B IMAGES ROUNDS}. Every run lists the images, loads
 * its models, labels and commits. The processor time says more than the time on a machine that does other work.
 */
final class TeachersBenchmark {
    private static final double NANOS_PER_SECOND = 1e9;

    private TeachersBenchmark() {}

    /** Time of a run, in seconds. */
    private record Cost(double seconds, double processorSeconds) {
        Cost plus(Cost other) {
            return new Cost(seconds + other.seconds, processorSeconds + other.processorSeconds);
        }
    }

    @SuppressWarnings("SystemOut") // its result
    public static void main(String[] args) throws IOException {
        Path scratch = Files.createTempDirectory("cardinal-teachers");
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .appName("Teachers benchmark")
                .config("spark.ui.enabled", "false")
                .getOrCreate()) {
            List<String> both = List.of(args[0], args[1]);
            label(spark, both, args[2], scratch);
            List<Double> ratios = new ArrayList<>();
            System.out.println(
                    "| | two runs, s | one pass, s | ratio | two runs, processor s | one pass, processor s | ratio |"
                            + "\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
            for (int round = 1; round <= Integer.parseInt(args[3]); round++) {
                Cost two = label(spark, List.of(args[0]), args[2], scratch)
                        .plus(label(spark, List.of(args[1]), args[2], scratch));
                Cost one = label(spark, both, args[2], scratch);
                ratios.add(one.processorSeconds() / two.processorSeconds());
                System.out.printf(
                        Locale.ROOT,
                        "| round %d | %.1f | %.1f | %.2f | %.1f | %.1f | %.2f |%n",
                        round,
                        two.seconds(),
                        one.seconds(),
                        one.seconds() / two.seconds(),
                        two.processorSeconds(),
                        one.processorSeconds(),
                        one.processorSeconds() / two.processorSeconds());
            }
            double[] sorted =
                    ratios.stream().mapToDouble(ratio -> ratio).sorted().toArray();
            System.out.printf(Locale.ROOT, "| median | | | | | | %.2f |%n", sorted[sorted.length / 2]);
        }
        try (Stream<Path> files = Files.walk(scratch)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
        }
    }

    private static Cost label(SparkSession spark, List<String> models, String images, Path scratch) throws IOException {
        List<LabelRequest> requests = new ArrayList<>();
        for (String model : models) {
            Path output = Files.createTempDirectory(scratch, "label").resolve("table");
            requests.add(LabelRequest.of(model, List.of(images), Optional.of(output.toString())));
        }
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long start = System.nanoTime();
        long processor = system.getProcessCpuTime();
        new LabelJob(spark, Clock.systemUTC(), LabelProgress.NONE)
                .run(LabelJob.check(requests, spark.sparkContext().hadoopConfiguration()));
        return new Cost(
                (System.nanoTime() - start) / NANOS_PER_SECOND,
                (system.getProcessCpuTime() - processor) / NANOS_PER_SECOND);
    }
}
