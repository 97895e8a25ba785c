package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;

import dev.cardinal.job.JobNames;
import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.job.select.SelectOptions.Export;
import dev.cardinal.job.select.SelectOptions.PerImage;
import dev.cardinal.job.select.SelectResult.ClassSelection;
import dev.cardinal.job.select.SelectResult.Counts;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ClassLabel;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Selects pseudo-labels: of each image its {@code p} highest classes compete, and every class takes the {@code k} images of the
 * highest scores, of equal ones those whose paths come first in the order of their UTF-8 bytes.
 *
 * <p>Reads the scores twice: a histogram by class tells from which score on a class can stop looking, and only what lies above is
 * sorted. The driver sees a few rows a class. Lives on the driver; not thread-safe.
 */
public final class SelectJob {
    /** Candidates of a class that one task sorts. */
    private static final long BAND_ROWS = 500_000;

    private static final StructType CLASSES = new StructType()
            .add("class_index", DataTypes.IntegerType, false)
            .add("class_label", DataTypes.StringType, false)
            .add("candidates", DataTypes.LongType, false)
            .add("selected", DataTypes.LongType, false)
            .add("cut_off_score", DataTypes.FloatType)
            .add("short_by", DataTypes.LongType, false);

    private final SparkSession spark;
    private final Clock clock;
    private final Consumer<String> progress;
    private final long bandRows;

    /** A job that tells nobody how far it is. */
    public SelectJob(SparkSession spark) {
        this(spark, Clock.systemUTC(), step -> {});
    }

    /** @param progress is told which step begins */
    public SelectJob(SparkSession spark, Clock clock, Consumer<String> progress) {
        this(spark, clock, progress, BAND_ROWS);
    }

    SelectJob(SparkSession spark, Clock clock, Consumer<String> progress, long bandRows) {
        this.spark = spark;
        this.clock = clock;
        this.progress = progress;
        this.bandRows = bandRows;
    }

    /**
     * What is wrong with a request, as far as it shows without Spark.
     *
     * @return every problem, none where the request can run
     * @throws IOException if a file system fails
     */
    public static List<String> problems(SelectRequest request, Configuration configuration) throws IOException {
        return RequestCheck.of(request, configuration).problems();
    }

    /**
     * Selects, and writes the selection.
     *
     * @throws CardinalException if the tables or the output cannot be used, or no image is ok
     * @throws IOException if a file system fails
     */
    public SelectResult run(SelectRequest request) throws IOException {
        long start = System.nanoTime();
        Instant started = clock.instant();
        Configuration configuration = spark.sparkContext().hadoopConfiguration();
        RequestCheck check = RequestCheck.of(request, configuration);
        if (!check.problems().isEmpty()) {
            throw CardinalException.usage(check.problems());
        }
        List<Predictions> teachers = check.teachers();
        SparkSession session = SelectSession.of(spark);
        try (JobNames names = JobNames.of(spark.sparkContext(), "select", progress);
                SelectOutput output = SelectOutput.at(request.output(), configuration)) {
            if (output.writesInPlace()) {
                SelectSession.commitWithoutRenames(session);
            }
            output.begin();
            SelectResult result = select(request.options(), teachers, output, session, names, start);
            output.finish(RunFile.of(request, teachers, result, started, clock.instant())
                    .toJson());
            return result;
        }
    }

    private SelectResult select(
            SelectOptions options,
            List<Predictions> teachers,
            SelectOutput output,
            SparkSession session,
            JobNames names,
            long start)
            throws IOException {
        List<ClassLabel> classes = teachers.get(0).origin().classes();
        names.step("finding images");
        Considered considered = Considered.of(options, teachers, output, session);
        Candidates candidates =
                new Candidates(considered.images(), competing(options, teachers), (float) options.minScore());
        names.step("counting candidates");
        Bands bands = bands(candidates, options, classes.size());
        long refused = 0;
        if (bands.hasNan()) {
            refused = candidates.imagesWithNan();
            candidates = candidates.withoutNan();
            bands = bands(candidates, options, classes.size());
        }
        names.step("selecting");
        new Ranking(options, bands, classes, bandRows)
                .select(candidates, session)
                .write()
                .parquet(output.table(SelectOutput.SELECTION));
        Dataset<Row> selection = session.read().parquet(output.table(SelectOutput.SELECTION));
        List<ClassSelection> perClass = perClass(options, bands, classes, selection);
        session.createDataFrame(perClass.stream().map(SelectJob::row).toList(), CLASSES)
                .coalesce(1)
                .write()
                .parquet(output.table(SelectOutput.CLASSES));
        long selected = perClass.stream().mapToLong(ClassSelection::selected).sum();
        if (options.export() != Export.NONE) {
            names.step("writing the manifest");
            Manifest.write(options.export(), selection, selected, output.table(SelectOutput.MANIFEST));
        }
        Counts counts = new Counts(
                considered.rows(),
                considered.considered() - refused,
                perClass.stream().mapToLong(ClassSelection::candidates).sum(),
                selected,
                refused,
                considered.duplicates(),
                considered.excluded(),
                considered.incomplete(),
                considered.notOk());
        return new SelectResult(
                teachers.stream().map(each -> each.origin().modelId()).toList(),
                counts,
                perClass,
                (System.nanoTime() - start) / 1e9);
    }

    private Bands bands(Candidates candidates, SelectOptions options, int classes) {
        return Bands.of(Histogram.bands(Histogram.of(candidates), options.k(), bandRows), classes);
    }

    /** Predictions of an image that compete, of those that {@link Considered} has. */
    private static int competing(SelectOptions options, List<Predictions> teachers) {
        Origin origin = teachers.get(0).origin();
        boolean areAll = Considered.needsLogits(options, teachers) || options.competing() >= origin.topK();
        return areAll ? Candidates.ALL : options.competing();
    }

    /** What the classes have selected, as it was written. */
    private static List<ClassSelection> perClass(
            SelectOptions options, Bands bands, List<ClassLabel> classes, Dataset<Row> selection) {
        Map<Integer, Row> written = new HashMap<>();
        selection
                .groupBy("class_index")
                .agg(count(lit(1)).as("selected"), min("score").as("cut_off_score"))
                .collectAsList()
                .forEach(row -> written.put(row.getInt(0), row));
        List<ClassSelection> perClass = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            Row row = written.get(c);
            long selected = row == null ? 0 : row.getLong(1);
            if (options.perImage() == PerImage.EVERY_CLASS && selected != bands.among(c, options.k())) {
                throw new IllegalStateException("class " + c + " selected " + selected + " of "
                        + bands.among(c, options.k()) + ": have the predictions changed meanwhile?");
            }
            perClass.add(new ClassSelection(
                    c,
                    classes.get(c).name(),
                    bands.totals().get(c),
                    selected,
                    row == null ? null : (Float) row.getFloat(2),
                    options.k() == SelectOptions.ALL ? 0 : options.k() - selected));
        }
        return perClass;
    }

    private static Row row(ClassSelection each) {
        return RowFactory.create(
                each.classIndex(),
                each.label(),
                each.candidates(),
                each.selected(),
                each.cutOffScore(),
                each.shortBy());
    }
}
