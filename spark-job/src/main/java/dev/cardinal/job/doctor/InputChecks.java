package dev.cardinal.job.doctor;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.Diagnosis.InputSummary;
import dev.cardinal.job.doctor.ExecutorChecks.Cluster;
import dev.cardinal.job.doctor.ModelChecks.CheckedModel;
import dev.cardinal.job.source.ImageListing;
import dev.cardinal.job.source.ImageSource;
import dev.cardinal.job.source.ListingSchema;
import dev.cardinal.job.source.SkippedEntries;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.udf.image.Status;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.pipeline.ReadImages;
import dev.cardinal.udf.task.PackedValues;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** Checks that need images: lists them, reads a few, measures a sample. Used once. */
final class InputChecks {
    private static final Duration READING = Duration.ofMinutes(5);
    /** Enough for tens of millions of images. */
    private static final Duration LISTING = Duration.ofHours(1);

    private static final Duration MEASURING = Duration.ofMinutes(15);

    private static final String READ_ADVICE =
            "check that executors can read the input and reach its store as the driver does";

    private static final String NEEDS_LISTING = "needs images that can be listed";

    private static final int FEW_PER_SLOT = 4;
    private static final double NANOS_PER_SECOND = 1e9;

    /** How images are prepared if no model specifies it: as ImageNet models need them. */
    private static final Preprocessing DEFAULT_PREPROCESSING = new Preprocessing(
            256,
            224,
            Preprocessing.Interpolation.PILLOW_BILINEAR,
            Preprocessing.CropRounding.HALF_EVEN,
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225));

    private final DoctorContext context;
    private final Checklist checks;
    private final Cluster cluster;
    private final Preprocessing preprocessing;
    private final CheckedModel model;
    private final Outcomes outcomes = new Outcomes();

    private InputChecks(DoctorContext context, Cluster cluster, Optional<ServedModel> served, CheckedModel model) {
        this.context = context;
        this.checks = context.checks();
        this.cluster = cluster;
        this.preprocessing = served.map(ServedModel::preprocessing).orElse(DEFAULT_PREPROCESSING);
        this.model = model;
    }

    /**
     * The results.
     *
     * @param input the images to label; empty if they cannot be listed or were not requested
     * @param sample how a sample was labeled; empty if nothing could be measured
     */
    record Findings(Optional<InputSummary> input, Optional<SampleRun> sample) {}

    /** @param served the model to prepare images for, empty if none can be read */
    static Findings run(DoctorContext context, Cluster cluster, Optional<ServedModel> served, CheckedModel model) {
        return context.request()
                .source()
                .map(spec -> new InputChecks(context, cluster, served, model).run(spec))
                .orElse(new Findings(Optional.empty(), Optional.empty()));
    }

    private record ListedInput(
            ImageListing found, RecordFields fields, long images, long bytes, SkippedEntries skipped, double seconds) {}

    private Findings run(SourceSpec spec) {
        context.progress().step("listing images");
        Optional<ListedInput> listing =
                checks.attempt(Name.INPUT, "use an --input that exists and that this user can read", () -> {
                    ImageSource source = new ImageSource(spec, context.hadoop());
                    RecordFields fields =
                            context.limiter().call("checking the input", READING, () -> fields(source, spec.inputs()));
                    return context.limiter().call("listing images", LISTING, () -> list(source, fields));
                });
        if (listing.isEmpty()) {
            checks.skip(NEEDS_LISTING, Name.IMAGES, Name.STAGES, Name.ESTIMATE);
            return new Findings(Optional.empty(), Optional.empty());
        }
        ListedInput listed = listing.get();
        checks.add(check(spec, listed));
        try (ImageListing found = listed.found()) {
            Optional<SampleRun> sample =
                    listed.images() == 0 ? Optional.empty() : sample(found.images(), listed.fields());
            InputSummary input = new InputSummary(
                    listed.images(),
                    listed.bytes(),
                    listed.skipped().total(),
                    listed.seconds(),
                    outcomes.statuses(),
                    outcomes.examples());
            checks.skip(NEEDS_LISTING, Name.IMAGES, Name.STAGES, Name.ESTIMATE);
            return new Findings(Optional.of(input), sample);
        }
    }

    private static RecordFields fields(ImageSource source, List<String> inputs) throws IOException {
        for (String each : inputs) {
            source.require(each);
        }
        source.requireGlob();
        return source.recordFields();
    }

    private ListedInput list(ImageSource source, RecordFields fields) throws IOException {
        long start = System.nanoTime();
        ImageListing found = source.find(context.spark(), fields, context.configuration());
        try {
            Row sums = found.images()
                    .agg(functions.count(functions.lit(1)), functions.sum(ListingSchema.LENGTH))
                    .head();
            return new ListedInput(
                    found,
                    fields,
                    sums.getLong(0),
                    sums.isNullAt(1) ? 0 : sums.getLong(1),
                    found.skipped(),
                    (System.nanoTime() - start) / NANOS_PER_SECOND);
        } catch (RuntimeException e) {
            found.close();
            throw e;
        }
    }

    private static Check check(SourceSpec spec, ListedInput listed) {
        String skipped = listed.skipped().total() == 0
                ? ""
                : "; skipped: " + String.join("; ", listed.skipped().descriptions());
        if (listed.images() > 0) {
            return Check.pass(
                    Name.INPUT,
                    Format.count(listed.images(), "image") + ", " + Format.bytes(listed.bytes()) + ", listed in "
                            + Format.roughDuration(listed.seconds()) + skipped);
        }
        List<String> inputs =
                spec.inputs().stream().map(UserPaths::withoutCredentials).toList();
        return Check.fail(
                Name.INPUT,
                "no images in " + String.join(", ", inputs) + skipped,
                "use a directory with images, or check what --include and --input-format select");
    }

    private Optional<SampleRun> sample(Dataset<Row> images, RecordFields fields) {
        LabelOptions options = context.request().options().withFields(fields);
        int slots = cluster.slots();
        int few = FEW_PER_SLOT * slots;
        int size = model.ready().isEmpty()
                ? 0
                : SampleImages.size(context.request(), cluster.executors(), model.slowestImagesPerSecond());
        context.progress().step("reading images");
        Optional<SampleRun> run = context.attempt(
                        Name.IMAGES,
                        READ_ADVICE,
                        "choosing a sample",
                        LISTING,
                        () -> SampleImages.of(images, size + few, slots))
                .flatMap(drawn -> {
                    SampleImages first = drawn.few(few);
                    OptionalDouble rate = read(first, options);
                    return model.ready().isPresent() && rate.isPresent()
                            ? measure(
                                    model.ready().get(),
                                    options,
                                    drawn,
                                    first,
                                    SampleImages.limit(size, rate.getAsDouble(), slots))
                            : Optional.empty();
                });
        if (!checks.hasFailed(Name.IMAGES)) {
            checks.add(outcomes.check());
        }
        if (model.ready().isEmpty()) {
            checks.skip(
                    context.request().model().isEmpty() ? "needs a model: --model DIR" : "needs a model that loads",
                    Name.STAGES,
                    Name.ESTIMATE);
        }
        checks.skip("needs images that can be read", Name.STAGES);
        checks.skip("needs a measurement", Name.ESTIMATE);
        return run;
    }

    /**
     * Reads and decodes images on executors, without a model.
     *
     * @return approximate number of images that tasks can read in a second, if each task reads ahead as in a run although it read one
     *     image after another here; empty if the store fails
     */
    private OptionalDouble read(SampleImages sample, LabelOptions options) {
        List<List<ImageRef>> tasks = sample.tasks(cluster.slots());
        ReadImages function = new ReadImages(preprocessing, options, context.configuration());
        long start = System.nanoTime();
        Optional<List<ReadImages.ReadOutcome>> read = context.attempt(
                Name.IMAGES,
                READ_ADVICE,
                "reading images",
                READING,
                () -> PackedValues.collect(PackedValues.parallelize(context.javaContext(), tasks, tasks.size())
                        .flatMap(List::iterator)
                        .mapPartitions(function)));
        double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
        for (ReadImages.ReadOutcome outcome : read.orElse(List.of())) {
            Status status = outcome.status();
            if (status == null) {
                checks.add(Check.fail(
                        Name.IMAGES,
                        outcome.path() + ": " + outcome.error(),
                        "the store is failing: try again when it works; " + READ_ADVICE));
                return OptionalDouble.empty();
            }
            outcomes.add(outcome.path(), status.id(), outcome.error());
        }
        return read.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        sample.size() / seconds * options.execution().prefetch());
    }

    /** Measures images that were not read before, or all images again if there are too few others. */
    private Optional<SampleRun> measure(
            ModelSpec ready, LabelOptions options, SampleImages drawn, SampleImages read, int size) {
        SampleImages others = drawn.without(read);
        boolean isEnough = others.size() >= size;
        SampleImages measured = (isEnough ? others : drawn).few(size);
        context.progress().step("measuring " + Format.count(measured.size(), "image"));
        Optional<String> output = checks.hasFailed(Name.OUTPUT)
                ? Optional.empty()
                : context.request().output();
        Optional<SampleRun> run = context.attempt(
                Name.STAGES,
                "fix the checks above that failed; --verbose shows the log",
                "measuring",
                MEASURING,
                () -> SampleRun.of(context, ready, options, measured, cluster.slots(), output));
        if (run.isPresent()) {
            if (!isEnough) {
                outcomes.clear();
            }
            run.get().tasks().forEach(task -> outcomes.addAll(task.outcomes()));
        }
        return run;
    }
}
