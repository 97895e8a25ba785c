package dev.cardinal.job.export;

import com.sun.management.OperatingSystemMXBean;
import dev.cardinal.job.common.Format;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.spark.sql.SparkSession;

/**
 * Measures the rate of an export and of {@code tar} over the same files, in turns. {@code spark-job/src/test/benchmarks/export.sh} runs
 * it: {@code ExportBenchmark DIRECTORY FILES BYTES ROUNDS}, with Spark's master in {@code spark.master}. The files have the first bytes of
 * a JPEG file and random content; they are not decoded.
 */
final class ExportBenchmark {
    private static final String WRITING = "writing shards";
    private static final int CLASSES = 3;

    private ExportBenchmark() {}

    /** Times of the steps of an export. */
    private static final class Steps {
        private final OperatingSystemMXBean process =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        private boolean isWriting;
        private long wallNanos;
        private long cpuNanos;

        void step(String name) {
            if (isWriting) {
                wallNanos += System.nanoTime();
                cpuNanos += process.getProcessCpuTime();
            }
            isWriting = name.equals(WRITING);
            if (isWriting) {
                wallNanos -= System.nanoTime();
                cpuNanos -= process.getProcessCpuTime();
            }
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Path.of(arguments[0]);
        int files = Integer.parseInt(arguments[1]);
        int bytes = Integer.parseInt(arguments[2]);
        int rounds = Integer.parseInt(arguments[3]);
        SparkSession spark = SparkSession.builder()
                .config("spark.ui.enabled", "false")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate();
        String selection = selection(directory, files, bytes);
        double megabytes = (double) files * bytes / 1e6;
        for (int round = 1; round <= rounds; round++) {
            tar(directory, round, megabytes);
            Path out = directory.resolve("out-" + round);
            Steps steps = new Steps();
            ExportResult result = new ExportJob(spark, Clock.systemUTC(), steps::step)
                    .run(new ExportRequest(
                            selection, Optional.empty(), out.toString(), ExportOptions.of(ExportFormat.WEBDATASET)));
            print(round, "export", megabytes, steps.wallNanos / 1e9, steps.cpuNanos / 1e9);
            System.out.println(Format.format(
                    "        all steps %.1f s, %d shards, %d missing",
                    result.seconds(), result.shards(), result.missing()));
            delete(out);
        }
        spark.stop();
    }

    private static String selection(Path directory, int files, int bytes) throws IOException {
        SelectionFiles selection = new SelectionFiles(directory);
        List<String> names = new ArrayList<>();
        Random random = new Random(1);
        byte[] image = new byte[bytes];
        for (int i = 0; i < files; i++) {
            random.nextBytes(image);
            image[0] = (byte) 0xff;
            image[1] = (byte) 0xd8;
            image[2] = (byte) 0xff;
            String path = selection.file("images/" + i % 100 + "/" + i + ".jpg", image);
            selection.select(path, image, i % CLASSES, 1 + i / CLASSES, 0.5);
            names.add(path.substring("file:".length()));
        }
        Files.write(directory.resolve("names"), names);
        return selection.write("none");
    }

    private static void tar(Path directory, int round, double megabytes) throws IOException, InterruptedException {
        String script = "TIMEFORMAT='%R %U %S'; time tar cPf '" + directory.resolve("all.tar") + "' -T '"
                + directory.resolve("names") + "'";
        Process process = new ProcessBuilder("bash", "-c", script)
                .redirectErrorStream(true)
                .start();
        String[] times = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .strip()
                .split(" ", -1);
        process.waitFor();
        print(
                round,
                "tar",
                megabytes,
                Double.parseDouble(times[0]),
                Double.parseDouble(times[1]) + Double.parseDouble(times[2]));
        Files.delete(directory.resolve("all.tar"));
    }

    private static void print(int round, String what, double megabytes, double wall, double cpu) {
        System.out.println(Format.format(
                "round %d %-6s %6.0f MB/s of wall time, %6.0f MB/s of processor time",
                round, what, megabytes / wall, megabytes / cpu));
    }

    private static void delete(Path directory) throws IOException, InterruptedException {
        new ProcessBuilder("rm", "-rf", directory.toString())
                .inheritIO()
                .start()
                .waitFor();
    }
}
