package dev.cardinal.job.doctor;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.ExecutorList.Executor;
import dev.cardinal.job.source.FoundImages;
import dev.cardinal.job.source.FoundRows;
import dev.cardinal.job.source.ImageSource;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.LabelOptions;
import dev.cardinal.udf.ModelFacts;
import dev.cardinal.udf.ModelSpec;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;

/** The part of an examination that needs images: lists them, reads a few, measures a sample. Used once. */
final class ImageExamination {
    private static final Duration LOOKING = Duration.ofMinutes(5);
    /** Of tens of millions of images. */
    private static final Duration LISTING = Duration.ofHours(1);

    private static final int FEW = 4;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Instruments instruments;
    private final Checklist checks;
    private final DoctorRequest request;
    private final List<Executor> executors;
    private final ModelExamination model;
    private final int slots;
    private final Outcomes outcomes = new Outcomes();
    private @Nullable InputSummary input;
    private @Nullable Measurement measurement;
    private double trialSeconds;

    /** @param model that images are read for, and that they are measured with if it is ready */
    ImageExamination(Instruments instruments, DoctorRequest request, List<Executor> executors, ModelExamination model) {
        this.instruments = instruments;
        this.checks = instruments.checks();
        this.request = request;
        this.executors = executors;
        this.model = model;
        this.slots = executors.stream().mapToInt(Executor::slots).sum();
    }

    /** What there is to label; null where nothing can be listed. */
    @Nullable
    InputSummary input() {
        return input == null ? null : input.with(outcomes.statuses(), outcomes.examples());
    }

    /** How a sample went; null where nothing could be measured. */
    @Nullable
    Measurement measurement() {
        return measurement;
    }

    /** Seconds that the first write took, of a row from each task; 0 where nothing was measured. */
    double trialSeconds() {
        return trialSeconds;
    }

    void examine(SourceSpec spec) {
        instruments.progress().step("listing images");
        checks.attempt(Name.INPUT, "name an --input that is there and that this user may read", () -> {
            ImageSource source = new ImageSource(spec, instruments.hadoop());
            RecordFields fields =
                    instruments.bounded().call("looking at the input", LOOKING, () -> fields(source, spec.inputs()));
            Listed listed = instruments.bounded().call("listing images", LISTING, () -> list(source, fields));
            input = listed.summary();
            checks.add(check(listed.summary()));
            try (FoundImages found = listed.found()) {
                sample(found, fields);
            }
            return true;
        });
        checks.skip("needs images that can be listed", Name.IMAGES, Name.STAGES, Name.ESTIMATE);
    }

    private static RecordFields fields(ImageSource source, List<String> inputs) throws IOException {
        for (String each : inputs) {
            source.require(each);
        }
        source.requireGlob();
        return source.recordFields();
    }

    private record Listed(FoundImages found, InputSummary summary) {}

    private Listed list(ImageSource source, RecordFields fields) throws IOException {
        long start = System.nanoTime();
        FoundImages found = source.find(instruments.spark(), fields, instruments.shared());
        try {
            Row sums = found.images()
                    .agg(functions.count(functions.lit(1)), functions.sum(FoundRows.LENGTH))
                    .head();
            return new Listed(
                    found,
                    new InputSummary(
                            sums.getLong(0),
                            sums.isNullAt(1) ? 0 : sums.getLong(1),
                            found.skipped(),
                            (System.nanoTime() - start) / NANOS_PER_SECOND,
                            Map.of(),
                            List.of()));
        } catch (RuntimeException e) {
            found.close();
            throw e;
        }
    }

    private Check check(InputSummary listed) {
        String passedOver =
                listed.skipped() == 0 ? "" : "; " + Texts.count(listed.skipped(), "dot file") + " passed over";
        if (listed.images() > 0) {
            return Check.pass(
                    Name.INPUT,
                    Texts.count(listed.images(), "image") + ", " + Texts.bytes(listed.bytes()) + ", listed in "
                            + Texts.time(listed.listingSeconds()) + passedOver);
        }
        List<String> inputs = request.source().orElseThrow().inputs().stream()
                .map(UserPath::withoutCredentials)
                .toList();
        return Check.fail(
                Name.INPUT,
                "no images in " + String.join(", ", inputs) + passedOver,
                "name a directory with images, or see what --include and --input-format leave");
    }

    private void sample(FoundImages found, RecordFields fields) {
        if (checks.hasFailed(Name.INPUT)) {
            return;
        }
        LabelOptions options = new LabelOptions(
                LabelOptions.DEFAULT_TOP_K,
                Set.of(),
                LabelOptions.DEFAULT_MAX_FILE_BYTES,
                ImageOptions.defaults(),
                fields,
                request.engine());
        Optional<ModelSpec> ready = model.ready();
        int few = FEW * slots;
        int size = ready.isEmpty() ? 0 : SampleSize.of(request, executors, slowestRate());
        instruments.progress().step("reading images");
        checks.attempt(Name.IMAGES, ReadTrial.ADVICE, () -> instruments
                        .bounded()
                        .call("choosing a sample", LISTING, () -> Sample.of(found.images(), size + few, slots)))
                .ifPresent(drawn -> {
                    Sample first = drawn.few(few);
                    OptionalDouble rate =
                            new ReadTrial(instruments, model.served(), options, slots).read(first, outcomes);
                    if (ready.isPresent() && rate.isPresent()) {
                        int images = SampleSize.within(size, rate.getAsDouble(), slots);
                        measure(new StageMeasurement(instruments, ready.get(), options), drawn, first, images);
                    }
                });
        if (!checks.hasFailed(Name.IMAGES)) {
            checks.add(outcomes.check());
        }
        if (ready.isEmpty()) {
            checks.skip(
                    request.model().isEmpty() ? "name a model: --model DIR" : "needs a model that loads",
                    Name.STAGES,
                    Name.ESTIMATE);
        }
        checks.skip("needs images that can be read", Name.STAGES);
        checks.skip("needs a measurement", Name.ESTIMATE);
    }

    private double slowestRate() {
        return model.loaded().values().stream()
                .mapToDouble(ModelFacts::imagesPerSecond)
                .min()
                .orElse(0);
    }

    /** Measures images that were not read before, or all again where there are too few others. */
    private void measure(StageMeasurement stages, Sample drawn, Sample read, int size) {
        Sample others = drawn.without(read);
        boolean isEnough = others.size() >= size;
        Sample measured = (isEnough ? others : drawn).few(size);
        instruments.progress().step("measuring " + Texts.count(measured.size(), "image"));
        Optional<String> output = checks.hasFailed(Name.OUTPUT) ? Optional.empty() : request.output();
        checks.attempt(
                        Name.STAGES,
                        "see what failed above; --verbose shows the log",
                        () -> stages.of(measured, slots, output))
                .ifPresent(result -> {
                    measurement = result.measurement();
                    trialSeconds = result.trialSeconds();
                    if (!isEnough) {
                        outcomes.clear();
                    }
                    result.tasks().forEach(task -> {
                        task.statuses().forEach(outcomes::add);
                        task.examples().forEach(outcomes::addExample);
                    });
                });
    }
}
