package dev.cardinal.job.doctor;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.ExecutorList.Executor;
import dev.cardinal.job.source.FoundImages;
import dev.cardinal.job.source.FoundRows;
import dev.cardinal.job.source.ImageSource;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.LabelOptions;
import dev.cardinal.udf.ModelSpec;
import dev.cardinal.udf.ReadImages;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.Preprocessing;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;

/** The part of an examination that needs images, and a place for rows. Used once. */
final class ImageExamination {
    private static final Duration READING = Duration.ofMinutes(5);

    /** What measuring should take, about. */
    private static final double BUDGET_SECONDS = 60;

    /** What it should take at least: less is over before all threads are at work. */
    private static final double ENOUGH_SECONDS = 5;

    private static final int LEAST_SAMPLE = 200;
    private static final int BATCHES = 2;
    private static final int MOST_IMAGES = 100_000;
    private static final int FEW = 4;
    private static final int EXAMPLES = 3;
    private static final double NANOS_PER_SECOND = 1e9;

    /** Where no model says how images are prepared: as models of ImageNet want them. */
    private static final Preprocessing USUAL = new Preprocessing(
            256,
            224,
            Preprocessing.Interpolation.PILLOW_BILINEAR,
            Preprocessing.CropRounding.HALF_EVEN,
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225));

    private final Instruments instruments;
    private final Checklist checks;
    private final DoctorRequest request;
    private final List<Executor> executors;
    private final @Nullable ServedModel model;
    private final @Nullable ModelSpec ready;
    private final double modelRate;
    private final int slots;
    private final Map<String, Long> statuses = new TreeMap<>();
    private final List<String> examples = new ArrayList<>();
    /** Images a second that can be read, about: so many at once as a task reads ahead, where one after another were read. */
    private double readRate;

    private @Nullable InputSummary input;
    private @Nullable Measurement measurement;

    /**
     * @param model null where none can be read
     * @param ready the model where every executor has loaded it, else null
     * @param modelRate images a second that the slowest executor's model takes, alone
     */
    ImageExamination(
            Instruments instruments,
            DoctorRequest request,
            List<Executor> executors,
            @Nullable ServedModel model,
            @Nullable ModelSpec ready,
            double modelRate) {
        this.instruments = instruments;
        this.checks = instruments.checks();
        this.request = request;
        this.executors = executors;
        this.model = model;
        this.ready = ready;
        this.modelRate = modelRate;
        this.slots = executors.stream().mapToInt(Executor::slots).sum();
    }

    @Nullable
    InputSummary input() {
        return input;
    }

    @Nullable
    Measurement measurement() {
        return measurement;
    }

    void examine() {
        if (request.output().isPresent()) {
            instruments.progress().step("writing to the output");
            checks.attempt(
                            Name.OUTPUT,
                            "name an --output that this user and the executors may write to",
                            this::tryOutput)
                    .ifPresent(checks::add);
        }
        request.source()
                .ifPresent(source ->
                        checks.attempt(Name.INPUT, "name an --input that is there and that this user may read", () -> {
                            examine(source);
                            return true;
                        }));
        checks.skip("needs images that can be listed", Name.IMAGES, Name.STAGES, Name.ESTIMATE);
    }

    /** Writes a row from every task that there can be. */
    private Check tryOutput() throws Exception {
        String output = request.output().orElseThrow();
        if (request.source().isPresent()) {
            SourceSpec source = request.source().get();
            Path directory = UserPath.of("output", output);
            FileSystem fileSystem = directory.getFileSystem(instruments.hadoop());
            for (String each : source.inputs()) {
                if (covers(source, each, fileSystem.makeQualified(directory))) {
                    throw CardinalException.output("output " + UserPath.withoutCredentials(output) + " lies in input "
                            + UserPath.withoutCredentials(each) + " and would be read as images");
                }
            }
        }
        try (TrialOutput trial = TrialOutput.of(request.output(), instruments.spark(), instruments.clock())) {
            instruments.bounded().call("writing to the output", READING, () -> {
                trial.tryOut(slots);
                return true;
            });
            return Check.pass(
                    Name.OUTPUT, "all executors have written to " + UserPath.withoutCredentials(output) + "; what they have written is removed");
        }
    }

    /** An input that cannot be looked at is told where inputs are. */
    private boolean covers(SourceSpec source, String input, Path directory) {
        try {
            return new ImageSource(source, instruments.hadoop()).covers(input, directory);
        } catch (IOException | CardinalException e) {
            return false;
        }
    }

    private void examine(SourceSpec spec) throws IOException {
        instruments.progress().step("listing images");
        ImageSource source = new ImageSource(spec, instruments.hadoop());
        for (String each : spec.inputs()) {
            source.require(each);
        }
        source.requireGlob();
        RecordFields fields = source.recordFields();
        long start = System.nanoTime();
        try (FoundImages found = source.find(instruments.spark(), fields, instruments.shared())) {
            Row sums = found.images()
                    .agg(functions.count(functions.lit(1)), functions.sum(FoundRows.LENGTH))
                    .head();
            InputSummary summary = new InputSummary(
                    sums.getLong(0),
                    sums.isNullAt(1) ? 0 : sums.getLong(1),
                    found.skipped(),
                    since(start),
                    Map.of(),
                    List.of());
            input = summary;
            if (summary.images() == 0) {
                checks.add(Check.fail(
                        Name.INPUT,
                        "no images in "
                                + String.join(
                                        ", ",
                                        spec.inputs().stream()
                                                .map(UserPath::withoutCredentials)
                                                .toList())
                                + passedOver(summary),
                        "name a directory with images, or see what --include and --input-format leave"));
                return;
            }
            checks.add(Check.pass(Name.INPUT, describe(summary)));
            sample(
                    found,
                    new LabelOptions(
                            LabelOptions.DEFAULT_TOP_K,
                            Set.of(),
                            LabelOptions.DEFAULT_MAX_FILE_BYTES,
                            ImageOptions.defaults(),
                            fields,
                            request.engine()));
            input = summary.with(statuses, examples);
        }
    }

    private static String describe(InputSummary summary) {
        return Texts.count(summary.images(), "image") + ", " + Texts.bytes(summary.bytes()) + ", listed in "
                + Texts.time(summary.listingSeconds()) + passedOver(summary);
    }

    private static String passedOver(InputSummary summary) {
        return summary.skipped() == 0
                ? ""
                : "; " + Texts.count(summary.skipped(), "name") + " that begin with a dot are passed over";
    }

    private void sample(FoundImages found, LabelOptions options) {
        instruments.progress().step("reading images");
        int few = FEW * slots;
        int wanted = ready == null ? 0 : sampleSize();
        Optional<Sample> drawn = checks.attempt(
                Name.IMAGES,
                "see that executors may read the input",
                () -> Sample.of(found.images(), wanted + few, slots));
        if (drawn.isEmpty()) {
            return;
        }
        Sample first = drawn.get().few(few);
        boolean isRead = checks.attempt(
                        Name.IMAGES, "see that executors may read the input", () -> read(first, options))
                .orElse(false);
        if (ready == null) {
            checks.skip(
                    request.model().isEmpty() ? "name a model: --model DIR" : "needs a model that loads",
                    Name.STAGES,
                    Name.ESTIMATE);
        } else if (isRead) {
            measure(ready, drawn.get(), first, options);
        }
        if (!checks.hasFailed(Name.IMAGES)) {
            checks.add(describeStatuses());
        }
        checks.skip("needs images that can be read", Name.STAGES);
        checks.skip("needs a measurement", Name.ESTIMATE);
    }

    /** Measures images that were not read before, or all again where there are too few others. */
    private void measure(ModelSpec spec, Sample drawn, Sample read, LabelOptions options) {
        int size = (int) Math.max(slots, Math.min(sampleSize(), BUDGET_SECONDS * readRate));
        Sample others = drawn.without(read);
        boolean isEnough = others.size() >= size;
        Sample measured = (isEnough ? others : drawn).few(size);
        instruments.progress().step("measuring " + Texts.count(measured.size(), "image"));
        Optional<String> output = checks.hasFailed(Name.OUTPUT) ? Optional.empty() : request.output();
        StageMeasurement.Result result = checks.attempt(
                        Name.STAGES,
                        "see what failed above; --verbose shows the log",
                        () -> new StageMeasurement(instruments, spec, options, output).of(measured, slots))
                .orElse(null);
        if (result == null) {
            return;
        }
        measurement = result.measurement();
        if (!isEnough) {
            statuses.clear();
            examples.clear();
        }
        result.tasks().forEach(task -> {
            task.statuses().forEach((status, count) -> statuses.merge(status, count, Long::sum));
            examples.addAll(task.examples());
        });
    }

    /** Images to measure: what fills the batches of every task and lasts for a while, in about the time that there is. */
    private int sampleSize() {
        int largest = executors.stream().mapToInt(Executor::slots).max().orElse(1);
        int batches = BATCHES * largest * request.engine().batchSize();
        int enough = (int) Math.max(Math.max(LEAST_SAMPLE, batches), Math.min(MOST_IMAGES, ENOUGH_SECONDS * modelRate));
        int inTime = (int) Math.max(largest, Math.min(MOST_IMAGES, BUDGET_SECONDS * modelRate));
        int ofExecutor = Math.min(request.sample().orElse(enough), inTime);
        return (int) Math.min(MOST_IMAGES, (long) ofExecutor * executors.size());
    }

    /** Reads images on executors and says which cannot be read; false where the store gives none. */
    private boolean read(Sample sample, LabelOptions options) throws Exception {
        Preprocessing preprocessing = model == null ? USUAL : model.preprocessing();
        List<List<ImageRef>> tasks = sample.tasks(slots);
        long start = System.nanoTime();
        List<ReadImages.Outcome> outcomes =
                instruments.bounded().call("reading images", READING, () -> instruments.context().parallelize(tasks, tasks.size())
                        .flatMap(List::iterator)
                        .mapPartitions(new ReadImages(preprocessing, options, instruments.shared()))
                        .collect());
        readRate = sample.size() / since(start) * request.engine().prefetch();
        for (ReadImages.Outcome outcome : outcomes) {
            Status status = outcome.status();
            if (status == null) {
                checks.add(
                        Check.fail(
                                Name.IMAGES,
                                outcome.path() + ": " + outcome.error(),
                                "the store fails: try again once it works, and see that executors can reach it as the driver does"));
                return false;
            }
            statuses.merge(status.id(), 1L, Long::sum);
            if (status != Status.OK) {
                examples.add(outcome.path() + ": " + status.id() + ", " + outcome.error());
            }
        }
        return true;
    }

    private Check describeStatuses() {
        long all = statuses.values().stream().mapToLong(Long::longValue).sum();
        long ok = statuses.getOrDefault(Status.OK.id(), 0L);
        List<String> others = new ArrayList<>();
        statuses.forEach((status, count) -> {
            if (!status.equals(Status.OK.id())) {
                others.add(count + " " + status);
            }
        });
        String finding = Texts.count(all, "image") + " read on executors: " + ok + " ok"
                + (others.isEmpty() ? "" : ", " + String.join(", ", others));
        while (examples.size() > EXAMPLES) {
            examples.remove(examples.size() - 1);
        }
        if (others.isEmpty()) {
            return Check.pass(Name.IMAGES, finding);
        }
        String example = finding + " (" + Texts.line(examples.get(0)) + ")";
        return ok == 0
                ? Check.fail(Name.IMAGES, example, "name an --input with images that can be read and decoded")
                : Check.warn(
                        Name.IMAGES,
                        example,
                        "each will have a row that says so; label --max-bad-fraction ends a run with exit code 3 where there"
                                + " are too many");
    }

    private static double since(long startNanos) {
        return (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
    }
}
