package dev.cardinal.job.select;

import dev.cardinal.job.common.JobNames;
import dev.cardinal.job.duplicates.Scratch;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.select.ClassRules.Quota;
import dev.cardinal.job.select.SelectOptions.Export;
import dev.cardinal.job.select.SelectResult.ClassSelection;
import dev.cardinal.job.select.SelectResult.Counts;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.PublicApi;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Selects pseudo-labels: each image competes in its {@code p} highest classes, and every class takes the {@code k} images with the
 * highest scores. If scores are equal, the path that comes first in the order of UTF-8 bytes wins.
 *
 * <p>Reads the scores twice: a histogram of each class shows below which score candidates can be ignored, and only those above are
 * sorted. The driver receives a few rows per class. Lives on the driver; not thread-safe.
 */
@PublicApi
public final class SelectJob {
    /** Number of candidates of a class that one task sorts, if a {@link ScoreHistogram} can distinguish their scores. */
    private static final long BAND_ROWS = 500_000;

    private final SparkSession spark;
    private final Clock clock;
    private final Consumer<String> progress;
    private final long bandRows;

    /** Creates a job that does not report its progress. */
    public SelectJob(SparkSession spark) {
        this(spark, Clock.systemUTC(), step -> {});
    }

    /**
     * Creates a job.
     *
     * @param progress receives the name of each step when it begins
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
     * Checks a request without Spark.
     *
     * @return all problems; empty if the request can run
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
            RequestCheck verified = checked.verified(request.options(), session);
            SelectResult result = select(request.options(), verified, output, session, names, start);
            output.finish(RunFile.json(request, verified.teachers(), result, started, clock.instant()));
            return result;
        } catch (Exception e) {
            throwCardinalExceptionIn(e);
            throw e;
        }
    }

    /** Throws the exception that a task has thrown: it is a cause of the exception that Spark throws. */
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
        EligibleImages eligible = EligibleImages.of(options, checked, output, session);

        names.step("counting candidates");
        Configuration configuration = session.sparkContext().hadoopConfiguration();
        ClassLimits limits = ClassLimits.of(options, classes, configuration);
        Candidates all =
                new Candidates(eligible.images(), competing(options, teachers), MinScores.same(classes.size(), 0));
        MinScores minScores = MinScores.of(
                options,
                all.withoutNan().images(),
                classes.size(),
                teachers.get(0).origin().modelId(),
                configuration);
        Candidates candidates = new Candidates(all.images(), all.p(), minScores);
        long refused = 0;
        Optional<Quota> quota = options.rules().quota();
        Optional<ClassGroups> groups = ClassGroups.of(options.rules(), classes, configuration);
        if (quota.isPresent() || groups.isPresent()) {
            refused = candidates.imagesWithNan();
            candidates = candidates.withoutNan();
            Quotas quotas = new Quotas(new Scratch(output::scratch, session));
            if (quota.isPresent()) {
                candidates = quotas.ofSources(candidates, quota.get());
            }
            if (groups.isPresent()) {
                candidates = quotas.ofGroups(candidates, groups.get(), options.k());
            }
        }
        Bands bands = Bands.of(candidates, limits, bandRows);
        if (bands.hasNan()) {
            refused = candidates.imagesWithNan();
            candidates = candidates.withoutNan();
            bands = Bands.of(candidates, limits, bandRows);
        }

        names.step("selecting");
        Dataset<Row> selected = new Ranking(options, bands, classes, bandRows).select(candidates, session);
        selected.write().parquet(output.table(SelectOutput.SELECTION));
        Dataset<Row> written = session.read()
                .schema(selected.schema())
                .parquet(UserPaths.escapeGlob(output.table(SelectOutput.SELECTION)));
        List<ClassSelection> perClass = ClassTable.of(options, bands, classes, written);
        ClassTable.write(perClass, session, output.table(SelectOutput.CLASSES));

        long rows = perClass.stream().mapToLong(ClassSelection::selected).sum();
        if (options.export() != Export.NONE) {
            names.step("writing the manifest");
            SelectionManifest.write(options.export(), written, output.table(SelectOutput.MANIFEST));
        }
        TableCounts tables = eligible.tables();
        Counts counts = new Counts(
                tables.rows(),
                eligible.count() - refused,
                perClass.stream().mapToLong(ClassSelection::candidates).sum(),
                rows,
                refused,
                eligible.duplicates(),
                eligible.similar().nearDuplicates(),
                eligible.excluded(),
                eligible.similar().leaks(),
                tables.incomplete(),
                tables.notOk());
        return new SelectResult(
                teachers.stream().map(each -> each.origin().modelId()).toList(),
                counts,
                perClass,
                (System.nanoTime() - start) / 1e9);
    }

    /** Returns how many of the predictions in {@link EligibleImages} compete for each image. */
    private static int competing(SelectOptions options, List<Predictions> teachers) {
        Predictions first = teachers.get(0);
        // The origin of several tables has their lowest top-k; the rows of some can have more predictions.
        boolean haveNoMore = first.directories().size() == 1
                && options.competing() >= first.origin().topK();
        return EligibleImages.needsLogits(options, teachers) || haveNoMore ? Candidates.ALL : options.competing();
    }
}
