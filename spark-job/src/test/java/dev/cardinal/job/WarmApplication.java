package dev.cardinal.job;

import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.LabelOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/**
 * A Spark application in a separate process that labels the same images repeatedly, for benchmarks in which two applications take
 * turns. Its executors keep their model.
 */
final class WarmApplication implements AutoCloseable {
    private static final int BATCH_SIZE = 16;

    private final Process process;
    private final BufferedReader answers;

    private WarmApplication(Process process) {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts an application and labels the images once, to warm it up. */
    static WarmApplication start(
            String master, Path scratch, int cores, int coresEach, String model, String images, String precision)
            throws IOException {
        String jar = System.getProperty("cardinal.jar");
        List<String> command = JobProcess.java("-Xmx1g");
        command.addAll(List.of("-cp", JobProcess.sparkClasspath() + ":" + jar + ":" + testClasses()));
        command.addAll(List.of(
                "-Dspark.master=" + master,
                "-Dspark.jars=" + jar,
                "-Dspark.cores.max=" + cores,
                "-Dspark.executor.cores=" + coresEach,
                "-Dspark.executor.memory=" + coresEach + "g",
                "-Dspark.ui.enabled=false",
                WarmApplication.class.getName(),
                model,
                images,
                precision,
                scratch.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(
                        Files.createTempFile(scratch, "application", ".log").toFile())
                .start();
        WarmApplication application = new WarmApplication(process);
        application.label();
        return application;
    }

    private static Path testClasses() {
        try {
            return Path.of(WarmApplication.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Labels the images into a new table and returns images per second. */
    double label() {
        try {
            process.outputWriter().append("label\n").flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("the application ended; its log is in the benchmark's directory");
            }
            return Double.parseDouble(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }

    /**
     * Runs the application. Each line on standard input starts a run, whose images per second it prints.
     *
     * @param args model, directory of images, precision, output directory
     */
    @SuppressWarnings("SystemOut") // its answers
    public static void main(String[] args) throws IOException {
        LabelOptions usual = LabelOptions.defaults();
        ExecutionOptions engine = new ExecutionOptions(
                BATCH_SIZE,
                usual.execution().prefetch(),
                ExecutionOptions.PrecisionChoice.valueOf(args[2].toUpperCase(Locale.ROOT)),
                usual.execution().device(),
                usual.execution().distribution());
        LabelOptions options = new LabelOptions(
                usual.topK(), usual.emit(), usual.maxFileBytes(), usual.image(), usual.fields(), engine);
        try (SparkSession spark = SparkSession.builder().appName("benchmark").getOrCreate();
                BufferedReader turns = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (turns.readLine() != null) {
                Path output = Files.createTempDirectory(Path.of(args[3]), "labeled");
                LabelRequest request = new LabelRequest(
                        args[0],
                        null,
                        SourceSpec.of(List.of(args[1])),
                        Optional.of(output.resolve("table").toString()),
                        Long.MAX_VALUE,
                        options,
                        LabelRequest.DEFAULT_IMAGES_PER_COMMIT,
                        1.0);
                System.out.println(new LabelJob(spark, Clock.systemUTC(), LabelProgress.NONE)
                        .run(request)
                        .imagesPerSecond());
            }
        }
    }
}
