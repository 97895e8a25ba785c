package dev.cardinal.job.select;

import dev.cardinal.job.JobNames;
import dev.cardinal.job.UserPath;
import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.job.select.SelectOptions.Export;
import dev.cardinal.job.select.SelectResult.ClassSelection;
import dev.cardinal.job.select.SelectResult.Counts;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ClassLabel;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Selects pseudo-labels: of each image its {@code p} highest classes compete, and every class takes the {@code k} images of the
 * highest scores, of equal ones those whose paths come first in the order of their UTF-8 bytes.
 *
 * <p>Reads the scores twice: a histogram of each class tells from which score on it can stop looking, and only what lies above is
 * sorted. The driver sees a few rows a class. Lives on the driver; not thread-safe.
 */
public final class SelectJob {
    /** Candidates of a class that one task sorts, as far as a {@link ScoreHistogram} can tell their scores apart. */
    private static final long BAND_ROWS = 500_000;

    private final SparkSession spark;
    private final Clock clock;
    private final Consumer<String> progress;
    private final long bandRows;

    /** A job that tells nobody how far it is. */
    public SelectJob(SparkSession spark) {
        this(spark, Clock.systemUTC(), step -> {});
    }

    /**
     * A job.
     *
     * @param progress is told which step begins
     */
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
        RequestCheck checked = RequestCheck.of(request, configuration);
        if (!checked.problems().isEmpty()) {
            throw CardinalException.usage(checked.problems());
        }
        SparkSession session = SelectSession.of(spark);
        try (JobNames names = JobNames.of(spark.sparkContext(), "select", progress);
                SelectOutput output = SelectOutput.at(request.output(), configuration)) {
            if (output.writesInPlace()) {
                SelectSession.commitWithoutRenames(session);
            }
            output.begin(clock);
            SelectResult result = select(request.options(), checked, output, session, names, start);
            RunFile record = RunFile.of(request, checked.teachers(), result, started, clock.instant());
            output.finish(record.toJson());
            return result;
        } catch (Exception e) {
            throwCardinalExceptionIn(e);
            throw e;
        }
    }

    /** What a task has thrown is the cause of what Spark throws. */
    private static void throwCardinalExceptionIn(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CardinalException known) {
                throw known;
            }
        }
    }

    private SelectResult select(
            SelectOptions options,
            RequestCheck checked,
            SelectOutput output,
            SparkSession session,
            JobNames names,
            long start)
            throws IOException {
        List<Predictions> teachers = checked.teachers();
        List<ClassLabel> classes = teachers.get(0).origin().classes();
        names.step("finding images");
        Considered considered = Considered.of(options, checked, output, session);

        names.step("counting candidates");
        Candidates candidates =
                new Candidates(considered.images(), competing(options, teachers), (float) options.minScore());
        Bands bands = Bands.of(candidates, classes.size(), options.k(), bandRows);
        long refused = 0;
        if (bands.hasNan()) {
            refused = candidates.imagesWithNan();
            candidates = candidates.withoutNan();
            bands = Bands.of(candidates, classes.size(), options.k(), bandRows);
        }

        names.step("selecting");
        Dataset<Row> selected = new Ranking(options, bands, classes, bandRows).select(candidates, session);
        selected.write().parquet(output.table(SelectOutput.SELECTION));
        Dataset<Row> written = session.read()
                .schema(selected.schema())
                .parquet(UserPath.literal(output.table(SelectOutput.SELECTION)));
        List<ClassSelection> perClass = ClassTable.of(options, bands, classes, written);
        ClassTable.write(perClass, session, output.table(SelectOutput.CLASSES));

        long rows = perClass.stream().mapToLong(ClassSelection::selected).sum();
        if (options.export() != Export.NONE) {
            names.step("writing the manifest");
            Manifest.write(options.export(), written, output.table(SelectOutput.MANIFEST));
        }
        Census census = considered.census();
        Counts counts = new Counts(
                census.rows(),
                considered.count() - refused,
                perClass.stream().mapToLong(ClassSelection::candidates).sum(),
                rows,
                refused,
                considered.duplicates(),
                considered.excluded(),
                census.incomplete(),
                census.notOk());
        return new SelectResult(
                teachers.stream().map(each -> each.origin().modelId()).toList(),
                counts,
                perClass,
                (System.nanoTime() - start) / 1e9);
    }

    /** Predictions of an image that compete, of those that {@link Considered} has. */
    private static int competing(SelectOptions options, List<Predictions> teachers) {
        Predictions first = teachers.get(0);
        // Parts of a table may hold more predictions of an image than the fewest that the origin tells of.
        boolean haveNoMore = first.directories().size() == 1
                && options.competing() >= first.origin().topK();
        return Considered.needsLogits(options, teachers) || haveNoMore ? Candidates.ALL : options.competing();
    }
}
