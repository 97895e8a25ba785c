package dev.cardinal.job.doctor;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.Diagnosis.ModelSummary;
import dev.cardinal.job.doctor.ExecutorChecks.Cluster;
import dev.cardinal.udf.bundle.BroadcastBundle;
import dev.cardinal.udf.bundle.BundleReader;
import dev.cardinal.udf.bundle.BundleSource;
import dev.cardinal.udf.bundle.ModelDirectory;
import dev.cardinal.udf.bundle.ServedModelReader;
import dev.cardinal.udf.bundle.SharedBundle;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.model.ModelFacts;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;

/** Checks that need a model. Stateless. */
final class ModelChecks {
    private static final Duration READING = Duration.ofMinutes(5);
    private static final Duration LOADING = Duration.ofMinutes(15);
    private static final int DEFAULT_EDGE = 224;

    private ModelChecks() {}

    /**
     * A model that could be read.
     *
     * @param edge height and width of the images that the model is tried with
     */
    record ReadModel(ServedModel served, ModelSummary summary, int edge) {}

    /**
     * The model on executors.
     *
     * @param facts facts of executors that have loaded it
     * @param ready the model if every executor has loaded it
     */
    record CheckedModel(Map<Executor, ModelFacts> facts, Optional<ModelSpec> ready) {
        private static final CheckedModel NONE = new CheckedModel(Map.of(), Optional.empty());

        double slowestLoadSeconds() {
            return facts.values().stream()
                    .mapToDouble(ModelFacts::loadSeconds)
                    .max()
                    .orElse(0);
        }

        /** Returns the lowest rate of an executor, of the model alone. */
        double slowestImagesPerSecond() {
            return facts.values().stream()
                    .mapToDouble(ModelFacts::imagesPerSecond)
                    .min()
                    .orElse(0);
        }
    }

    /** Reads the model's files. Returns nothing if no model was requested or it cannot be read. */
    static Optional<ReadModel> read(DoctorContext context) {
        Optional<String> directory = context.request().model();
        if (directory.isEmpty()) {
            context.checks().skip("needs a model: --model DIR", Name.MODEL, Name.GOLDEN, Name.BATCH);
            return Optional.empty();
        }
        context.progress().step("reading the model");
        Optional<ReadModel> model = context.attempt(
                Name.MODEL,
                "use a bundle that 'cardinal import' created, or import the model again",
                "reading the model",
                READING,
                () -> read(context, directory.get()));
        model.ifPresent(read -> {
            Integer crop = read.served().preprocessing().crop();
            ModelSummary summary = read.summary();
            context.checks()
                    .add(Check.pass(
                            Name.MODEL,
                            summary.id() + ": " + summary.title() + ", "
                                    + Format.count(summary.classes()) + " classes" + ", images "
                                    + (crop == null ? "of any size" : "of " + crop + " x " + crop + " pixels") + ", "
                                    + Format.bytes(summary.bytes())));
        });
        return model.flatMap(
                read -> context.checks().attempt(Name.MODEL, "use other --views, or a model with a crop", () -> {
                    ImagePreparer.check(
                            read.served().preprocessing(),
                            context.request().options().image());
                    return read;
                }));
    }

    private static ReadModel read(DoctorContext context, String directory) throws IOException {
        Configuration hadoop = context.hadoop();
        java.nio.file.Path cardFile = context.request().card();
        Path path = ModelDirectory.of("model", directory, hadoop);
        ServedModel served = new ServedModelReader(hadoop).read(path, cardFile, Set.of());
        Optional<ModelCard> card = cardFile == null
                ? Optional.of(new BundleReader(hadoop).read(path).card())
                : Optional.empty();
        int edge = card.map(ModelCard::nominalEdge)
                .or(() -> Optional.ofNullable(served.preprocessing().crop()))
                .orElse(DEFAULT_EDGE);
        ModelSummary summary = new ModelSummary(
                served.modelId(),
                served.fingerprint(),
                card.map(each -> each.architecture().title()).orElse("external SavedModel"),
                served.labels().size(),
                path.getFileSystem(hadoop).getContentSummary(path).getLength());
        return new ReadModel(served, summary, edge);
    }

    /** Loads the model on executors and classifies one batch. */
    static CheckedModel load(DoctorContext context, Cluster cluster, Optional<ReadModel> model) {
        Checklist checks = context.checks();
        if (model.isEmpty()) {
            checks.skip("needs a model that can be read", Name.GOLDEN, Name.BATCH);
            return CheckedModel.NONE;
        }
        if (cluster.devices().isEmpty()) {
            checks.skip("needs executors that can run a model", Name.GOLDEN, Name.BATCH);
            return CheckedModel.NONE;
        }
        ServedModel served = model.get().served();
        int edge = model.get().edge();
        context.progress().step("sending the model to executors");
        Optional<ModelSpec> sent = context.attempt(
                Name.GOLDEN,
                OnEachExecutor.SEE_LOGS,
                "sending the model",
                LOADING,
                () -> new ModelSpec(served, send(context, served)));
        sent.ifPresent(spec -> context.releases().add(0, spec.files()::destroy));
        ExecutionOptions options = context.request().execution();
        Map<Executor, ModelFacts> facts = sent.map(spec -> OnEachExecutor.ask(
                        context,
                        cluster.executors(),
                        Name.GOLDEN,
                        LOADING,
                        "import the model again; if only some executors fail, compare their processors and TensorFlow libraries",
                        () -> ModelFacts.of(TaskContext.get(), spec, options, edge)))
                .orElse(Map.of());
        if (checks.hasFailed(Name.GOLDEN)) {
            checks.skip("needs a model that loads", Name.BATCH);
            return new CheckedModel(facts, Optional.empty());
        }
        CheckedModel loaded = new CheckedModel(facts, sent);
        checks.add(describeLoading(served, loaded));
        checks.add(describeBatch(loaded));
        return loaded;
    }

    private static BundleSource send(DoctorContext context, ServedModel served) throws IOException {
        Path path = ModelDirectory.of("model", context.request().model().orElseThrow(), context.hadoop());
        return switch (context.request().execution().distribution()) {
            case BROADCAST ->
                BroadcastBundle.of(
                        context.javaContext(), path.getFileSystem(context.hadoop()), path, served.fingerprint());
            case SHARED -> SharedBundle.of(path, served.fingerprint(), context.configuration());
        };
    }

    private static Check describeLoading(ServedModel served, CheckedModel loaded) {
        String outputs =
                switch (served.check()) {
                    case GOLDEN_SAMPLE -> "reproduces the logits recorded at import";
                    case TRIAL -> "outputs have the right shape (external SavedModel: no numbers to compare with)";
                };
        return Check.pass(
                Name.GOLDEN,
                "sent to and loaded on " + Format.count(loaded.facts().size(), "executor") + " within "
                        + Format.roughDuration(loaded.slowestLoadSeconds()) + "; " + outputs);
    }

    private static Check describeBatch(CheckedModel loaded) {
        Map<Executor, String> findings = new LinkedHashMap<>();
        loaded.facts()
                .forEach((executor, facts) -> findings.put(
                        executor,
                        Format.count(facts.batchSize(), "image") + " in " + Format.roughDuration(facts.batchSeconds())
                                + ", " + Format.rate(facts.imagesPerSecond()) + " images/s"));
        return Check.pass(Name.BATCH, "the model alone: " + Executor.join(findings));
    }
}
