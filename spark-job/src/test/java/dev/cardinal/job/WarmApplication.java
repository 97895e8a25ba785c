package dev.cardinal.job;

import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.EngineOptions;
import dev.cardinal.udf.LabelOptions;
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
 * A Spark application, a process of its own, that labels the same images again and again: for benchmarks in which two of them take
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

    /** Starts one, which labels once before it is there. */
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

    /** Labels the images, into a table of their own, and returns images a second. */
    double label() {
        try {
            process.outputWriter().append("label\n").flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("the application has ended; its log is in the benchmark's directory");
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

    /** The application: model, directory of images, precision, directory to write to; a line of its input is a run, whose images a second it prints. */
    @SuppressWarnings("SystemOut") // its answers
    public static void main(String[] args) throws IOException {
        LabelOptions usual = LabelOptions.defaults();
        EngineOptions engine = new EngineOptions(
                BATCH_SIZE,
                usual.engine().prefetch(),
                EngineOptions.PrecisionChoice.valueOf(args[2].toUpperCase(Locale.ROOT)),
                usual.engine().device(),
                usual.engine().distribution());
        LabelOptions options = new LabelOptions(
                usual.topK(), usual.emit(), usual.maxFileBytes(), usual.image(), usual.fields(), engine);
        try (SparkSession spark = SparkSession.builder().appName("benchmark").getOrCreate();
                BufferedReader turns = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (turns.readLine() != null) {
                Path output = Files.createTempDirectory(Path.of(args[3]), "labelled");
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
