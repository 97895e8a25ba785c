package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.common.AtomicFiles;
import dev.cardinal.job.label.CatalogPredictions;
import dev.cardinal.job.label.PredictionTable;
import dev.cardinal.job.table.TableName;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Writes a page about the output of a command: one HTML file, {@code report.html}, that needs no other file. Reads the output and the
 * images that the page shows, and changes nothing else. Lives on the driver; not thread-safe.
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
     * @param output its directory, or {@code table:CATALOG.DB.NAME}
     * @return path of the page
     * @throws IOException if the records or rows cannot be read, or the page cannot be written
     */
    public String label(String output) throws IOException {
        PredictionTable table;
        Optional<Dataset<Row>> rows;
        if (TableName.isTable(output)) {
            CatalogPredictions predictions = CatalogPredictions.open(TableName.parse("output", output), spark);
            table = predictions.requireRecords();
            rows = Optional.of(predictions.table().read());
        } else {
            table = PredictionTable.at(UserPaths.of("output", output), configuration);
            rows = table.rows(spark);
        }
        Path meta = new Path(table.directory(), META);
        JsonNode run = Json.read(new Path(meta, RUN_FILE), configuration);
        LabelSummary summary = LabelSummary.of(rows, run);
        return write(meta, new LabelPage(summary, read(summary.sample(), Thumbnails.How.of(run))).html());
    }

    /**
     * Reports on a finished selection.
     *
     * @param output its directory
     * @return path of the page
     * @throws IOException if the records or rows cannot be read, or the page cannot be written
     */
    public String select(String output) throws IOException {
        Path directory = directory(output);
        JsonNode run = Json.read(new Path(directory, RUN_FILE), configuration);
        SelectSummary summary = SelectSummary.read(directory, run, spark);
        List<GalleryItem> items = summary.sheets().stream()
                .flatMap(sheet -> Stream.concat(sheet.highest().stream(), sheet.lowest().stream()))
                .toList();
        Thumbnails.How how = how(Json.texts(run.path("predictions")));
        Map<String, Thumbnail> pictures = new HashMap<>(read(items, how));
        pictures.putAll(
                read(summary.similar().stream().flatMap(SelectPage::items).toList(), how));
        return write(directory, new SelectPage(summary, pictures).html());
    }

    /**
     * Reports on an evaluation.
     *
     * @param output directory of its {@code metrics.json}
     * @return path of the page
     * @throws IOException if the metrics cannot be read, or the page cannot be written
     */
    public String evaluate(String output) throws IOException {
        Path directory = directory(output);
        JsonNode metrics = Json.read(new Path(directory, METRICS_FILE), configuration);
        Thumbnails.How how = how(Json.texts(metrics.path("predictions")));
        Map<String, Thumbnail> pictures = new HashMap<>(read(EvaluatePage.errors(metrics), how));
        pictures.putAll(read(EvaluatePage.suspects(metrics), how));
        return write(directory, new EvaluatePage(metrics, pictures).html());
    }

    /**
     * Reports on a comparison.
     *
     * @param output directory of its {@code comparison.json}
     * @return path of the page
     * @throws IOException if the comparison cannot be read, or the page cannot be written
     */
    public String compare(String output) throws IOException {
        Path directory = directory(output);
        JsonNode comparison = Json.read(new Path(directory, COMPARISON_FILE), configuration);
        Thumbnails.How how = how(Json.texts(comparison.path("teachers").path(0).path("predictions")));
        return write(directory, new ComparePage(comparison, read(ComparePage.disagreements(comparison), how)).html());
    }

    private Path directory(String output) throws IOException {
        Path directory = UserPaths.of("output", output);
        return directory.getFileSystem(configuration).makeQualified(directory);
    }

    /** Returns how {@code label} read the images, according to the first table; the default if the table does not say. */
    private Thumbnails.How how(List<String> predictions) {
        if (predictions.isEmpty()) {
            return Thumbnails.How.usual();
        }
        try {
            String first = predictions.get(0);
            Path table = TableName.isTable(first)
                    ? CatalogPredictions.open(TableName.parse("predictions", first), spark)
                            .requireRecords()
                            .directory()
                    : new Path(first);
            Path run = new Path(new Path(table, META), RUN_FILE);
            return Thumbnails.How.of(Json.read(run, configuration));
        } catch (IOException | IllegalArgumentException | CardinalException e) {
            return Thumbnails.How.usual();
        }
    }

    private Map<String, Thumbnail> read(List<GalleryItem> items, Thumbnails.How how) {
        return thumbnails.read(items.stream().map(GalleryItem::path).distinct().toList(), how);
    }

    private String write(Path directory, String page) throws IOException {
        Path file = new Path(directory, FILE);
        AtomicFiles.write(file, page.getBytes(StandardCharsets.UTF_8), configuration);
        return file.toString();
    }
}
