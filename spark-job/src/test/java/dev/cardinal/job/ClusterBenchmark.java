package dev.cardinal.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.label.TableBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Benchmark of labeling on a standalone cluster on this machine; run it with src/test/benchmarks/cluster.sh.
 *
 * <p>{@code executors MODEL IMAGES ROUNDS PRECISION}: an application with two executors of one core and an application with one
 * executor of two cores label a directory in turns, after one warm-up run each. {@code scale MODEL IMAGES...}: time per image and
 * memory of the driver for directories of different sizes. {@code waiting LISTING MICROS}: one, two and four executors of one core
 * label a simulated listing with a classifier that waits this time for each image ({@link TableBenchmark}).
 */
final class ClusterBenchmark {
    private static final int CORES = 2;
    private static final int GIGABYTES = 8;

    private ClusterBenchmark() {}

    /** A run of label: its images, the seconds of its tasks, and the peak memory of its driver in MiB. */
    private record LabelRun(long images, double seconds, long driverMebibytes) {}

    @SuppressWarnings("SystemOut") // its result
    public static void main(String[] args) throws IOException, InterruptedException {
        Path scratch = Files.createTempDirectory("cardinal-cluster");
        try (StandaloneCluster cluster = StandaloneCluster.start(scratch, 2 * CORES, GIGABYTES)) {
            switch (args[0]) {
                case "executors" -> executors(cluster, scratch, args);
                case "waiting" -> waiting(cluster, scratch, args);
                default -> scale(cluster, scratch, args);
            }
        }
        try (Stream<Path> files = Files.walk(scratch)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
        }
    }

    private static void executors(StandaloneCluster cluster, Path scratch, String[] args) throws IOException {
        List<Double> ratios = new ArrayList<>();
        System.out.println(
                "| | 2 executors of 1 core, images/s | 1 of 2, images/s | ratio |\n| --- | ---: | ---: | ---: |");
        try (WarmApplication two =
                        WarmApplication.start(cluster.master(), scratch, CORES, 1, args[1], args[2], args[4]);
                WarmApplication one =
                        WarmApplication.start(cluster.master(), scratch, CORES, CORES, args[1], args[2], args[4])) {
            for (int round = 1; round <= Integer.parseInt(args[3]); round++) {
                double ofTwo = two.label();
                double ofOne = one.label();
                ratios.add(ofTwo / ofOne);
                System.out.printf(
                        Locale.ROOT, "| round %d | %.2f | %.2f | %.2f |%n", round, ofTwo, ofOne, ofTwo / ofOne);
            }
        }
        double[] sorted = ratios.stream().mapToDouble(ratio -> ratio).sorted().toArray();
        System.out.printf(Locale.ROOT, "| median | | | %.2f |%n", sorted[sorted.length / 2]);
    }

    private static void scale(StandaloneCluster cluster, Path scratch, String[] args)
            throws IOException, InterruptedException {
        System.out.println("| images | seconds | ms/image | driver, MiB |\n| ---: | ---: | ---: | ---: |");
        for (String images : Arrays.copyOfRange(args, 2, args.length)) {
            LabelRun run = label(cluster, scratch, args[1], images);
            System.out.printf(
                    Locale.ROOT,
                    "| %d | %.1f | %.2f | %d |%n",
                    run.images(),
                    run.seconds(),
                    1000 * run.seconds() / run.images(),
                    run.driverMebibytes());
        }
    }

    private static void waiting(StandaloneCluster cluster, Path scratch, String[] args)
            throws IOException, InterruptedException {
        for (int executors : List.of(1, 2, 4)) {
            List<String> command = JobProcess.java("-Xmx2g");
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            Map.of(
                            "spark.master",
                            cluster.master(),
                            "spark.cores.max",
                            Integer.toString(executors),
                            "spark.executor.cores",
                            "1",
                            "spark.executor.memory",
                            "1g",
                            "spark.executor.extraClassPath",
                            System.getProperty("java.class.path"),
                            "spark.scheduler.minRegisteredResourcesRatio",
                            "1")
                    .forEach((key, value) -> command.add("-D" + key + "=" + value));
            String output = scratch.resolve("waiting-" + executors).toString();
            command.addAll(List.of(
                    TableBenchmark.class.getName(), "run", args[1], Integer.toString(executors), args[2], output, "1"));
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(
                            Files.createTempFile(scratch, "waiting", ".log").toFile())
                    .start()
                    .waitFor();
        }
    }

    private static LabelRun label(StandaloneCluster cluster, Path scratch, String model, String images)
            throws IOException, InterruptedException {
        Path output = Files.createTempDirectory(scratch, "predictions").resolve("table");
        Process process = JobProcess.startSubmit(
                scratch,
                Map.of(
                        "spark.master", cluster.master(),
                        "spark.cores.max", Integer.toString(CORES),
                        "spark.executor.cores", Integer.toString(CORES),
                        "spark.executor.memory", CORES + "g"),
                "label",
                "--model",
                model,
                "--input",
                images,
                "--output",
                output.toString(),
                "--batch-size",
                "16",
                "--precision",
                "fp32");
        long peak = 0;
        while (process.isAlive()) {
            peak = Math.max(peak, residentMebibytes(process.pid()));
            Thread.sleep(200);
        }
        JobProcess.Result result = JobProcess.finish(process, scratch);
        if (result.exitCode() != 0) {
            throw new IOException(result.err());
        }
        JsonNode run =
                new JsonMapper().readTree(output.resolve("_cardinal/run.json").toFile());
        long labeled = run.path("counts").path("ok").asLong();
        return new LabelRun(labeled, labeled / run.path("images_per_second").asDouble(), peak);
    }

    private static long residentMebibytes(long process) {
        try {
            return Files.readAllLines(Path.of("/proc/" + process + "/status")).stream()
                    .filter(line -> line.startsWith("VmHWM"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0; // the process has just ended
        }
    }
}
