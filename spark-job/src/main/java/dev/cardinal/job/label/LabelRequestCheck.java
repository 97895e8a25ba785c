package dev.cardinal.job.label;

import static java.util.Objects.requireNonNull;

import dev.cardinal.job.common.ProblemCollector;
import dev.cardinal.job.source.ImageSource;
import dev.cardinal.job.table.TableName;
import dev.cardinal.udf.bundle.ModelDirectory;
import dev.cardinal.udf.bundle.ServedModelReader;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.PublicApi;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A request to label images that was checked without Spark: what is wrong with it, and what the check has read. Lives on the
 * driver; immutable.
 */
@PublicApi
public final class LabelRequestCheck {
    private final LabelRequest request;
    private final List<String> problems;
    private final ImageSource source;
    private final @Nullable RecordFields fields;
    private final @Nullable Path modelDirectory;
    private final @Nullable ServedModel model;

    private LabelRequestCheck(
            LabelRequest request,
            List<String> problems,
            ImageSource source,
            @Nullable RecordFields fields,
            @Nullable Path modelDirectory,
            @Nullable ServedModel model) {
        this.request = request;
        this.problems = problems;
        this.source = source;
        this.fields = fields;
        this.modelDirectory = modelDirectory;
        this.model = model;
    }

    static LabelRequestCheck of(LabelRequest request, Configuration configuration) throws IOException {
        ProblemCollector problems = new ProblemCollector();
        ImageSource source = new ImageSource(request.source(), configuration);
        for (String input : request.source().inputs()) {
            problems.check(() -> source.require(input));
        }
        problems.check(source::requireGlob);
        AtomicReference<@Nullable RecordFields> fields = new AtomicReference<>();
        if (problems.isEmpty()) {
            problems.check(() -> fields.set(source.recordFields()));
        }
        AtomicReference<@Nullable Path> directory = new AtomicReference<>();
        AtomicReference<@Nullable ServedModel> model = new AtomicReference<>();
        problems.check(() -> {
            Path found = ModelDirectory.of("model", request.model(), configuration);
            directory.set(found);
            ServedModel read = new ServedModelReader(configuration)
                    .read(found, request.card(), request.options().emit());
            ImagePreparer.check(read.preprocessing(), request.options().image());
            model.set(read);
        });
        if (request.output().isPresent()) {
            problems.check(() -> {
                PredictionTable table = records(request, configuration);
                requireOutside(request, table, source);
                table.requireRecordsOf(request.output().get());
                table.requireOurs();
                ServedModel read = model.get();
                if (read != null) {
                    table.requireCompatible(recordedModel(request, read), RecordedOptions.changingRows(request));
                }
            });
        }
        return new LabelRequestCheck(request, problems.problems(), source, fields.get(), directory.get(), model.get());
    }

    /**
     * Returns the directory with the records of the output.
     *
     * @throws CardinalException if the output needs a state directory and has none, or has one and needs none
     */
    static PredictionTable records(LabelRequest request, Configuration configuration) throws IOException {
        String output = request.output().orElseThrow();
        if (!request.isToCatalog()) {
            if (request.state().isPresent()) {
                throw CardinalException.usage("--state is for an --output table:CATALOG.DB.NAME; the directory "
                        + output + " has its run records itself: leave out --state");
            }
            return PredictionTable.at(UserPaths.of("output", output), configuration);
        }
        if (TableName.parse("output", output).version() != null) {
            throw CardinalException.usage("output " + output
                    + " names a snapshot, to which no rows can be added: leave out @ and what follows");
        }
        return PredictionTable.at(
                UserPaths.of(
                        "state",
                        request.state()
                                .orElseThrow(() -> CardinalException.usage("--output " + output
                                        + " needs --state DIR, a directory for its run records and its lock"))),
                configuration);
    }

    /** Checks that the table is not below an input: the next run would label it too. */
    private static void requireOutside(LabelRequest request, PredictionTable table, ImageSource source)
            throws IOException {
        for (String input : request.source().inputs()) {
            if (source.covers(input, table.directory())) {
                throw CardinalException.output("output " + table.directory() + " is inside input " + input
                        + " and would be read as images; name a directory outside of the input");
            }
        }
    }

    private static RunRecord.RecordedModel recordedModel(LabelRequest request, ServedModel model) {
        return new RunRecord.RecordedModel(
                model.modelId(),
                model.cardId(),
                model.fingerprint(),
                UserPaths.withoutCredentials(request.model()),
                model.labels());
    }

    /** Returns every problem of the request, empty if it can run. */
    public List<String> problems() {
        return problems;
    }

    LabelRequest request() {
        return request;
    }

    ImageSource source() {
        return source;
    }

    /** Returns the fields that are read from records and tables; only for a request without problems. */
    RecordFields fields() {
        return requireNonNull(fields);
    }

    /** Returns the directory of the SavedModel; only for a request without problems. */
    Path modelDirectory() {
        return requireNonNull(modelDirectory);
    }

    /** Returns the model; only for a request without problems. */
    ServedModel model() {
        return requireNonNull(model);
    }

    /** Returns the model as a run records it; only for a request without problems. */
    RunRecord.RecordedModel recordedModel() {
        return recordedModel(request, model());
    }
}
