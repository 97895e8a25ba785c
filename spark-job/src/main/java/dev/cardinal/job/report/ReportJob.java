package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.UserPath;
import dev.cardinal.job.WholeFile;
import dev.cardinal.job.label.PredictionTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Writes a page about what a command has written: one HTML file, {@code report.html}, that needs nothing beside it. Reads what the
 * command wrote and the images that the page shows, and changes nothing else. Lives on the driver; not thread-safe.
 */
public final class ReportJob {
    /** File name of a page. */
    public static final String FILE = "report.html";

    private static final String META = "_cardinal";
    private static final String RUN_FILE = "run.json";
    private static final String METRICS_FILE = "metrics.json";
    private static final String COMPARISON_FILE = "comparison.json";

    private final SparkSession spark;
    private final Configuration configuration;
    private final Thumbnails thumbnails;

    public ReportJob(SparkSession spark) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.spark = spark;
        this.configuration = context.hadoopConfiguration();
        this.thumbnails = new Thumbnails(context, Thumbnails.TIME);
    }

    /**
     * Reports on a predictions table.
     *
     * @param output its directory
     * @return where the page is
     * @throws IOException if the records or rows cannot be read, or the page cannot be written
     */
    public String label(String output) throws IOException {
        PredictionTable table = PredictionTable.at(UserPath.of("output", output), configuration);
        Path meta = new Path(table.directory(), META);
        JsonNode run = Json.read(new Path(meta, RUN_FILE), configuration);
        LabelSummary summary = LabelData.read(table, run, spark);
        Map<String, Thumbnail> pictures = read(summary.sample(), Thumbnails.How.of(run));
        return write(
                meta,
                LabelPage.of(new LabelSummary(
                        run, summary.scores(), summary.classes(), summary.sample(), summary.notOk(), pictures)));
    }

    /**
     * Reports on a finished selection.
     *
     * @param output its directory
     * @return where the page is
     * @throws IOException if the records or rows cannot be read, or the page cannot be written
     */
    public String select(String output) throws IOException {
        Path directory = directory(output);
        JsonNode run = Json.read(new Path(directory, RUN_FILE), configuration);
        SelectSummary summary = SelectData.read(directory, run, spark);
        Set<String> paths = summary.sheets().stream()
                .flatMap(sheet -> Stream.concat(sheet.highest().stream(), sheet.lowest().stream()))
                .map(Picture::path)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Map<String, Thumbnail> pictures = thumbnails.read(paths, how(Json.texts(run.path("predictions"))));
        return write(
                directory,
                SelectPage.of(new SelectSummary(run, summary.classes(), summary.scores(), summary.sheets(), pictures)));
    }

    /**
     * Reports on an evaluation.
     *
     * @param output directory of its {@code metrics.json}
     * @return where the page is
     * @throws IOException if the metrics cannot be read, or the page cannot be written
     */
    public String evaluate(String output) throws IOException {
        Path directory = directory(output);
        JsonNode metrics = Json.read(new Path(directory, METRICS_FILE), configuration);
        Map<String, Thumbnail> pictures =
                read(EvaluatePage.errors(metrics), how(Json.texts(metrics.path("predictions"))));
        return write(directory, EvaluatePage.of(metrics, pictures));
    }

    /**
     * Reports on a comparison.
     *
     * @param output directory of its {@code comparison.json}
     * @return where the page is
     * @throws IOException if the comparison cannot be read, or the page cannot be written
     */
    public String compare(String output) throws IOException {
        Path directory = directory(output);
        JsonNode comparison = Json.read(new Path(directory, COMPARISON_FILE), configuration);
        Map<String, Thumbnail> pictures = read(
                ComparePage.disagreements(comparison),
                how(Json.texts(comparison.path("teachers").path(0).path("predictions"))));
        return write(directory, ComparePage.of(comparison, pictures));
    }

    private Path directory(String output) throws IOException {
        Path directory = UserPath.of("output", output);
        return directory.getFileSystem(configuration).makeQualified(directory);
    }

    /** How images were read that tables have predictions of, as the first table says; the usual way where none does. */
    private Thumbnails.How how(List<String> predictions) {
        if (predictions.isEmpty()) {
            return Thumbnails.How.usual();
        }
        try {
            Path run = new Path(new Path(predictions.get(0), META), RUN_FILE);
            return Thumbnails.How.of(Json.read(run, configuration));
        } catch (IOException | IllegalArgumentException e) {
            return Thumbnails.How.usual();
        }
    }

    private Map<String, Thumbnail> read(List<Picture> pictures, Thumbnails.How how) {
        return thumbnails.read(
                pictures.stream().map(Picture::path).collect(Collectors.toCollection(LinkedHashSet::new)), how);
    }

    private String write(Path directory, String page) throws IOException {
        Path file = new Path(directory, FILE);
        WholeFile.write(file, page.getBytes(StandardCharsets.UTF_8), configuration);
        return file.toString();
    }
}
