package dev.cardinal.job.doctor;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.bundle.BundleStore;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.ExecutorList.Executor;
import dev.cardinal.udf.BroadcastFiles;
import dev.cardinal.udf.EngineOptions;
import dev.cardinal.udf.ModelFacts;
import dev.cardinal.udf.ModelFiles;
import dev.cardinal.udf.ModelSpec;
import dev.cardinal.udf.SharedFiles;
import dev.cardinal.udf.bundle.ModelStore;
import dev.cardinal.zoo.ModelCard;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/** The part of an examination that needs a model. Used once; closing it takes the model's files from executors' memory. */
final class ModelExamination implements AutoCloseable {
    private static final Duration READING = Duration.ofMinutes(5);
    private static final Duration LOADING = Duration.ofMinutes(15);
    private static final int USUAL_EDGE = 224;

    private final Instruments instruments;
    private final Checklist checks;
    private final DoctorRequest request;
    private @Nullable Read model;
    private @Nullable ModelFiles files;
    private Map<Executor, ModelFacts> loaded = Map.of();

    ModelExamination(Instruments instruments, DoctorRequest request) {
        this.instruments = instruments;
        this.checks = instruments.checks();
        this.request = request;
    }

    /**
     * A model that could be read.
     *
     * @param edge rows and columns of the images that it is tried with
     */
    private record Read(ServedModel served, ModelSummary summary, int edge) {}

    /** What its files say; null where it cannot be read. */
    @Nullable
    ModelSummary summary() {
        return model == null ? null : model.summary();
    }

    /** The model; empty where it cannot be read. */
    Optional<ServedModel> served() {
        return Optional.ofNullable(model).map(Read::served);
    }

    /** The model where every executor has loaded it. */
    Optional<ModelSpec> ready() {
        Read read = model;
        return read == null || files == null || loaded.isEmpty() || checks.hasFailed(Name.GOLDEN)
                ? Optional.empty()
                : Optional.of(new ModelSpec(read.served(), files));
    }

    /** What it does on executors, of those that have loaded it. */
    Map<Executor, ModelFacts> loaded() {
        return loaded;
    }

    /** Reads its files. */
    void read() {
        if (request.model().isEmpty()) {
            checks.skip("name a model: --model DIR", Name.MODEL, Name.GOLDEN, Name.BATCH);
            return;
        }
        instruments.progress().step("reading the model");
        model = checks.attempt(
                        Name.MODEL,
                        "name a bundle that 'cardinal import' has made, or import it again",
                        () -> instruments
                                .bounded()
                                .call(
                                        "reading the model",
                                        READING,
                                        () -> read(request.model().get())))
                .orElse(null);
        if (model != null) {
            Integer crop = model.served().preprocessing().crop();
            ModelSummary summary = model.summary();
            checks.add(Check.pass(
                    Name.MODEL,
                    summary.id() + ": " + summary.title() + ", "
                            + String.format(Locale.ROOT, "%,d classes", summary.classes()) + ", images "
                            + (crop == null ? "of any size" : "of " + crop + " x " + crop + " pixels") + ", "
                            + Texts.bytes(summary.bytes())));
        }
    }

    private Read read(String directory) throws IOException {
        Configuration hadoop = instruments.hadoop();
        Path path = UserPath.of("model", directory);
        ServedModel served = new ModelStore(hadoop).read(path, request.card(), Set.of());
        Optional<ModelCard> card = request.card() == null
                ? Optional.of(new BundleStore(hadoop).read(path).card())
                : Optional.empty();
        int edge = card.map(ModelCard::nominalEdge)
                .or(() -> Optional.ofNullable(served.preprocessing().crop()))
                .orElse(USUAL_EDGE);
        ModelSummary summary = new ModelSummary(
                served.modelId(),
                served.fingerprint(),
                card.map(each -> each.architecture().title()).orElse("made elsewhere"),
                served.labels().size(),
                path.getFileSystem(hadoop).getContentSummary(path).getLength());
        return new Read(served, summary, edge);
    }

    /** Loads it on executors and asks it about one batch. */
    void load(ExecutorExamination executors) {
        Read read = model;
        if (read == null) {
            checks.skip("needs a model that can be read", Name.GOLDEN, Name.BATCH);
            return;
        }
        if (executors.devices().isEmpty()) {
            checks.skip("needs executors that can run a model", Name.GOLDEN, Name.BATCH);
            return;
        }
        instruments.progress().step("sending the model to executors");
        checks.attempt(Name.GOLDEN, ExecutorExamination.SEE_LOGS, () -> instruments
                        .bounded()
                        .call("sending the model", LOADING, () -> files(read.served())))
                .ifPresent(sent -> {
                    files = sent;
                    ask(read, sent, executors);
                });
        if (checks.hasFailed(Name.GOLDEN)) {
            checks.skip("needs a model that loads", Name.BATCH);
        } else {
            checks.add(describeLoading(read.served()));
            checks.add(describeBatch());
        }
    }

    private ModelFiles files(ServedModel served) throws IOException {
        Path path = UserPath.of("model", request.model().orElseThrow());
        return switch (request.engine().distribution()) {
            case BROADCAST ->
                BroadcastFiles.of(
                        instruments.context(), path.getFileSystem(instruments.hadoop()), path, served.fingerprint());
            case SHARED -> SharedFiles.of(path, served.fingerprint(), instruments.shared());
        };
    }

    private void ask(Read read, ModelFiles sent, ExecutorExamination executors) {
        ModelSpec spec = new ModelSpec(read.served(), sent);
        EngineOptions options = request.engine();
        int edge = read.edge();
        loaded = executors.ask(
                Name.GOLDEN,
                LOADING,
                "import the model again; where executors differ, compare their processors and TensorFlow's libraries",
                () -> ModelFacts.of(TaskContext.get(), spec, options, edge));
    }

    private Check describeLoading(ServedModel served) {
        double slowest = loaded.values().stream()
                .mapToDouble(ModelFacts::loadSeconds)
                .max()
                .orElse(0);
        String what =
                switch (served.check()) {
                    case GOLDEN_SAMPLE -> "gives the logits that it gave where it was imported";
                    case TRIAL ->
                        "gives answers of the right form (made elsewhere: there are no numbers to compare with)";
                };
        return Check.pass(
                Name.GOLDEN,
                "arrives, loads and " + what + ", on " + Texts.count(loaded.size(), "executor") + " within "
                        + Texts.time(slowest));
    }

    private Check describeBatch() {
        Map<Executor, String> said = new LinkedHashMap<>();
        loaded.forEach((executor, each) -> said.put(
                executor,
                Texts.count(each.batchSize(), "image") + " in " + Texts.time(each.batchSeconds()) + ", "
                        + Texts.rate(each.imagesPerSecond())));
        return Check.pass(Name.BATCH, "the model alone: " + Texts.byExecutor(said));
    }

    @Override
    public void close() {
        if (files != null) {
            files.destroy();
        }
    }
}
