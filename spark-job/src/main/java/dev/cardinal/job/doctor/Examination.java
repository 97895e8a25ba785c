package dev.cardinal.job.doctor;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.Versions;
import dev.cardinal.job.bundle.BundleStore;
import dev.cardinal.job.bundle.ModelStore;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.EveryExecutor.Answer;
import dev.cardinal.job.doctor.EveryExecutor.Question;
import dev.cardinal.job.doctor.ExecutorList.Executor;
import dev.cardinal.job.label.Bottleneck;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.udf.BroadcastFiles;
import dev.cardinal.udf.DeviceFacts;
import dev.cardinal.udf.DeviceUse;
import dev.cardinal.udf.EngineCheck;
import dev.cardinal.udf.EngineOptions;
import dev.cardinal.udf.ModelFacts;
import dev.cardinal.udf.ModelFiles;
import dev.cardinal.udf.ModelSpec;
import dev.cardinal.udf.SharedFiles;
import dev.cardinal.zoo.ModelCard;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/** One look at everything, from the executors to the estimate. Used once; closing it lets go of what executors were given. */
final class Examination implements AutoCloseable {
    private static final Duration REGISTRATION = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofMinutes(5);
    private static final Duration LOADING = Duration.ofMinutes(15);

    private static final int USUAL_EDGE = 224;

    private static final String REPORT_IT =
            "--verbose shows the log, which says more; the executors' own logs say why one was lost";

    private final Instruments instruments;
    private final SparkContext spark;
    private final Checklist checks;
    private final DoctorRequest request;
    private List<Executor> executors = List.of();
    private Map<Executor, ExecutorFacts> facts = Map.of();
    private Map<Executor, EngineFacts> engines = Map.of();
    private Map<Executor, ModelFacts> loaded = Map.of();
    private @Nullable ServedModel model;
    private int edge = USUAL_EDGE;
    private @Nullable ModelSummary modelSummary;
    private @Nullable ModelFiles files;
    private @Nullable InputSummary input;
    private @Nullable Measurement measurement;
    private @Nullable Bottleneck bottleneck;
    private @Nullable Estimate estimate;

    /** @param instruments which this closes */
    Examination(Instruments instruments, DoctorRequest request) {
        this.instruments = instruments;
        this.spark = instruments.spark().sparkContext();
        this.checks = instruments.checks();
        this.request = request;
    }

    Diagnosis diagnose() {
        examineExecutors();
        examineModel();
        examinePlatform();
        loadModel();
        if (!facts.isEmpty()) {
            checks.add(MemoryCheck.of(spark.conf(), processes(), loaded));
        }
        examineImages();
        List<ExecutorDiagnosis> rows = executors.stream().map(this::row).toList();
        return new Diagnosis(
                spark.master(),
                Versions.all(),
                checks.all(),
                rows,
                modelSummary,
                input,
                measurement,
                bottleneck,
                estimate);
    }

    private void examineExecutors() {
        instruments.progress().step("waiting for executors");
        executors = checks.attempt(
                        Name.EXECUTORS, REPORT_IT, () -> new ExecutorList(spark).await(REGISTRATION))
                .orElse(List.of());
        if (executors.isEmpty() && !checks.hasFailed(Name.EXECUTORS)) {
            checks.add(
                    Check.fail(
                            Name.EXECUTORS,
                            "no executor has registered with "
                                    + spark.master() + " within "
                                    + Texts.time((double) REGISTRATION.toSeconds()),
                            "see on the master's page that workers have the cores, memory and GPUs that an executor asks for"
                                    + " (spark.executor.cores, .memory, .resource.gpu.amount), and that they can reach this driver"));
        }
        if (executors.isEmpty()) {
            checks.skip("there is no executor to ask", Name.SPARK, Name.NATIVES, Name.NATIVE_CACHE, Name.LOCAL_DIRS);
            checks.skip("there is no executor to ask", Name.MEMORY, Name.DEVICE, Name.GOLDEN, Name.IMAGES, Name.BATCH);
            checks.skip("there is no executor to ask", Name.INPUT, Name.OUTPUT, Name.STAGES, Name.ESTIMATE);
        } else {
            checks.add(describeExecutors());
        }
    }

    private Check describeExecutors() {
        int slots = executors.stream().mapToInt(Executor::slots).sum();
        String master = spark.master();
        if (spark.isLocal()) {
            return Check.pass(Name.EXECUTORS, master + ": driver and executor in one process, " + atOnce(slots));
        }
        long hosts = executors.stream().map(Executor::host).distinct().count();
        String finding = master + ": " + Texts.count(executors.size(), "executor") + " on " + Texts.count(hosts, "host")
                + ", " + atOnce(slots);
        Optional<Integer> expected = ExecutorList.expected(spark.conf());
        if (expected.isPresent() && executors.size() < expected.get()) {
            return Check.warn(
                    Name.EXECUTORS,
                    finding + "; " + expected.get() + " were asked for",
                    "see on the master's page whether others have the cores, memory or GPUs");
        }
        return spark.conf().getBoolean("spark.dynamicAllocation.enabled", false)
                ? Check.warn(
                        Name.EXECUTORS,
                        finding + "; others come and go (spark.dynamicAllocation.enabled)",
                        "what follows is of these alone; spark.executor.instances fixes their number")
                : Check.pass(Name.EXECUTORS, finding);
    }

    private static String atOnce(int slots) {
        return Texts.count(slots, "task") + " at once";
    }

    /** Asks every executor; those that do not answer fail a check. */
    private <T extends Serializable> Map<Executor, T> ask(
            Name name, String what, Duration limit, String advice, Question<T> question) {
        if (executors.isEmpty()) {
            return Map.of();
        }
        Map<Executor, Answer<T>> answers = checks.attempt(
                        name,
                        advice,
                        () -> instruments.bounded().call(what, limit, () -> new EveryExecutor(instruments.context(), executors).ask(question)))
                .orElse(Map.of());
        Map<Executor, T> values = new LinkedHashMap<>();
        Map<Executor, String> problems = new LinkedHashMap<>();
        answers.forEach((executor, answer) -> {
            if (answer.value() == null) {
                problems.put(executor, String.valueOf(answer.problem()));
            } else {
                values.put(executor, answer.value());
            }
        });
        if (!problems.isEmpty()) {
            checks.add(Check.fail(name, Texts.byExecutor(problems), advice));
        }
        return values;
    }

    private void examinePlatform() {
        instruments.progress().step("asking executors");
        facts = ask(Name.EXECUTORS, "asking executors", ANSWER, REPORT_IT, ExecutorFacts::here);
        Map<Executor, Runtime.Version> javas = new LinkedHashMap<>();
        facts.forEach((executor, each) -> javas.put(executor, Runtime.Version.parse(each.java())));
        checks.add(PlatformChecks.java(Runtime.version(), javas));
        if (facts.isEmpty()) {
            checks.skip(
                    "no executor answers", Name.SPARK, Name.NATIVES, Name.NATIVE_CACHE, Name.LOCAL_DIRS, Name.DEVICE);
            return;
        }
        checks.add(PlatformChecks.spark(
                String.valueOf(Versions.all().get("spark")), spark.version(), Versions.cardinal(), facts));
        instruments.progress().step("loading TensorFlow");
        EngineOptions options = request.engine();
        engines = ask(
                Name.NATIVES,
                "loading TensorFlow",
                ANSWER,
                REPORT_IT,
                () -> EngineFacts.of(TaskContext.get(), options));
        Set<Executor> withTensorFlow = engines.entrySet().stream()
                .filter(each -> each.getValue().tensorflow() != null)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        if (!checks.hasFailed(Name.NATIVES)) {
            checks.add(PlatformChecks.natives(engines));
        }
        checks.add(PlatformChecks.nativeCache(facts, withTensorFlow));
        checks.add(PlatformChecks.localDirectories(processes(), modelSummary == null ? 0 : modelSummary.bytes()));
        checks.attempt(
                        Name.DEVICE,
                        REPORT_IT,
                        () -> DeviceCheck.of(
                                options.device(), EngineCheck.problems(options, spark.conf()), facts, engines))
                .ifPresent(checks::add);
    }

    /** Executors, and on a cluster the driver, which holds the model's chunks as they do. */
    private Map<Executor, ExecutorFacts> processes() {
        if (spark.isLocal()) {
            return facts;
        }
        Map<Executor, ExecutorFacts> processes = new LinkedHashMap<>();
        processes.put(Executor.driver(spark.conf().get("spark.driver.host", "localhost")), ExecutorFacts.here());
        processes.putAll(facts);
        return processes;
    }

    private void examineModel() {
        if (request.model().isEmpty()) {
            checks.skip("name a model: --model DIR", Name.MODEL, Name.GOLDEN, Name.BATCH);
            return;
        }
        instruments.progress().step("reading the model");
        checks.attempt(
                        Name.MODEL,
                        "name a bundle that 'cardinal import' has made, or import it again",
                        () -> read(request.model().get()))
                .ifPresent(checks::add);
    }

    private Check read(String directory) throws IOException {
        Configuration hadoop = instruments.hadoop();
        Path path = UserPath.of("model", directory);
        ServedModel served = new ModelStore(hadoop).read(path, request.card(), Set.of());
        Optional<ModelCard> card = request.card() == null
                ? Optional.of(new BundleStore(hadoop).read(path).card())
                : Optional.empty();
        String title = card.map(each -> each.architecture().title()).orElse("made elsewhere");
        edge = card.map(ModelCard::nominalEdge)
                .or(() -> Optional.ofNullable(served.preprocessing().crop()))
                .orElse(USUAL_EDGE);
        FileSystem fileSystem = path.getFileSystem(hadoop);
        ModelSummary summary = new ModelSummary(
                served.modelId(),
                served.fingerprint(),
                title,
                served.labels().size(),
                fileSystem.getContentSummary(path).getLength());
        model = served;
        modelSummary = summary;
        Integer crop = served.preprocessing().crop();
        return Check.pass(
                Name.MODEL,
                summary.id() + ": " + title + ", "
                        + String.format(Locale.ROOT, "%,d classes", summary.classes())
                        + ", images " + (crop == null ? "of any size" : "of " + crop + " x " + crop + " pixels") + ", "
                        + Texts.bytes(summary.bytes()));
    }

    private void loadModel() {
        ServedModel served = model;
        if (served == null) {
            checks.skip("needs a model that can be read", Name.GOLDEN, Name.BATCH);
            return;
        }
        if (engines.values().stream()
                .noneMatch(each -> each.device() != null && each.device().use() != null)) {
            checks.skip("needs executors that can run a model", Name.GOLDEN, Name.BATCH);
            return;
        }
        instruments.progress().step("sending the model to executors");
        String advice =
                "import the model again; where executors differ, compare their processors and TensorFlow's libraries";
        ModelSpec spec = checks.attempt(Name.GOLDEN, advice, () -> spec(served)).orElse(null);
        if (spec != null) {
            EngineOptions options = request.engine();
            int size = edge;
            loaded = ask(
                    Name.GOLDEN,
                    "loading the model",
                    LOADING,
                    advice,
                    () -> ModelFacts.of(TaskContext.get(), spec, options, size));
        }
        if (checks.hasFailed(Name.GOLDEN)) {
            checks.skip("needs a model that loads", Name.BATCH);
            return;
        }
        checks.add(describeLoading(served));
        checks.add(describeBatch());
    }

    private ModelSpec spec(ServedModel served) throws IOException {
        Path path = UserPath.of("model", request.model().orElseThrow());
        ModelFiles sent =
                switch (request.engine().distribution()) {
                    case BROADCAST ->
                        BroadcastFiles.of(
                                instruments.context(), path.getFileSystem(instruments.hadoop()), path, served.fingerprint());
                    case SHARED -> SharedFiles.of(path, served.fingerprint(), instruments.shared());
                };
        files = sent;
        return new ModelSpec(served, sent);
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
                        + Texts.rate(rate(each))));
        return Check.pass(Name.BATCH, "the model alone: " + Texts.byExecutor(said));
    }

    private static double rate(ModelFacts model) {
        return model.batchSize() / model.batchSeconds();
    }

    private void examineImages() {
        if (request.source().isEmpty()) {
            checks.skip("name images: --input URI", Name.INPUT, Name.IMAGES);
            checks.skip(
                    "name images: --input URI" + (request.model().isEmpty() ? ", and a model: --model DIR" : ""),
                    Name.STAGES,
                    Name.ESTIMATE);
        }
        if (request.output().isEmpty()) {
            checks.skip("name a directory for predictions: --output DIR", Name.OUTPUT);
        }
        if (executors.isEmpty()) {
            return;
        }
        boolean canLabel = !loaded.isEmpty() && !checks.hasFailed(Name.GOLDEN) && !checks.hasFailed(Name.DEVICE);
        ImageExamination images = new ImageExamination(
                instruments,
                request,
                executors,
                model,
                canLabel && model != null && files != null ? new ModelSpec(model, files) : null,
                loaded.values().stream().mapToDouble(Examination::rate).min().orElse(0));
        images.examine();
        input = images.input();
        measurement = images.measurement();
        if (measurement != null && input != null) {
            describe(measurement, input);
        }
    }

    private void describe(Measurement measured, InputSummary found) {
        List<DeviceUse> devices = engines.values().stream()
                .filter(each -> each.device() != null && each.device().use() != null)
                .map(each -> each.device().use())
                .toList();
        EngineOptions engine = request.engine().withBatchSize(measured.batchSize());
        Optional<Bottleneck> most = Bottleneck.of(
                measured.sums(), measured.taskSeconds() / measured.tasks(), measured.tasks(), engine, devices);
        String finding = measured.text();
        if (most.isEmpty() || most.get().stage() == Bottleneck.Stage.TASKS) {
            checks.add(Check.warn(
                    Name.STAGES,
                    finding + "; too short to tell what holds it up",
                    "measure more images: a larger --sample, or an --input with more of them"));
        } else {
            bottleneck = most.get();
            checks.add(new Check(Name.STAGES, Check.Result.PASS, finding, bottleneck.advice()));
        }
        estimate = Estimate.of(
                found,
                measured,
                request.executors().orElse(executors.size()),
                LabelRequest.DEFAULT_IMAGES_PER_COMMIT,
                devices.stream().anyMatch(use -> use.device().startsWith("gpu")));
        checks.add(Check.pass(Name.ESTIMATE, estimate.text()));
    }

    private ExecutorDiagnosis row(Executor executor) {
        Optional<ExecutorFacts> has = Optional.ofNullable(facts.get(executor));
        Optional<EngineFacts> engine = Optional.ofNullable(engines.get(executor));
        Optional<DeviceFacts> device = engine.map(EngineFacts::device);
        Optional<DeviceUse> use = device.map(DeviceFacts::use);
        Optional<ModelFacts> with = Optional.ofNullable(loaded.get(executor));
        Map<String, Double> rates = measurement == null ? new TreeMap<>() : measurement.imagesPerSecond();
        return new ExecutorDiagnosis(
                executor.id(),
                executor.host(),
                executor.cores(),
                executor.slots(),
                executor.gpus(),
                has.map(ExecutorFacts::java).orElse(null),
                has.map(ExecutorFacts::spark).orElse(null),
                has.map(ExecutorFacts::cardinal).orElse(null),
                engine.map(EngineFacts::tensorflow).orElse(null),
                device.map(DeviceFacts::processor).orElse(null),
                use.map(DeviceUse::device).orElse(null),
                use.map(DeviceUse::precision).orElse(null),
                device.map(DeviceFacts::automatic).orElse(null),
                has.map(ExecutorFacts::heapBytes).orElse(null),
                has.map(ExecutorFacts::machineBytes).orElse(null),
                with.map(ModelFacts::memory).map(ModelFacts.Memory::peakBytes).orElse(null),
                has.map(each -> each.nativeCache().path()).orElse(null),
                has.map(each -> each.nativeCache().freeBytes()).orElse(null),
                with.map(ModelFacts::loadSeconds).orElse(null),
                with.map(Examination::rate).orElse(null),
                rates.get(executor.id()));
    }

    @Override
    public void close() {
        if (files != null) {
            files.destroy();
        }
        instruments.close();
    }
}
