package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.LabelOptions;
import dev.cardinal.udf.ReadImages;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.Preprocessing;
import dev.cardinal.zoo.serving.ServedModel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads and decodes a few images on executors, without a model. Lives on the driver. */
final class ReadTrial {
    static final String ADVICE = "see that executors may read the input, and reach its store as the driver does";

    private static final Duration LIMIT = Duration.ofMinutes(5);
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
    private final Preprocessing preprocessing;
    private final LabelOptions options;
    private final int slots;

    /**
     * @param model whose preprocessing is tried, empty where none can be read
     * @param slots tasks that run at once
     */
    ReadTrial(Instruments instruments, Optional<ServedModel> model, LabelOptions options, int slots) {
        this.instruments = instruments;
        this.preprocessing = model.map(ServedModel::preprocessing).orElse(USUAL);
        this.options = options;
        this.slots = slots;
    }

    /**
     * Reads.
     *
     * @param outcomes takes what comes of the images
     * @return images a second that tasks can read, about: so many at once as a task reads ahead, where one after another were read;
     *     empty where the store fails
     */
    OptionalDouble read(Sample sample, Outcomes outcomes) {
        List<List<ImageRef>> tasks = sample.tasks(slots);
        ReadImages function = new ReadImages(preprocessing, options, instruments.shared());
        long start = System.nanoTime();
        Optional<List<ReadImages.Outcome>> read = instruments.checks().attempt(Name.IMAGES, ADVICE, () -> instruments
                .bounded()
                .call("reading images", LIMIT, () -> instruments
                        .context()
                        .parallelize(tasks, tasks.size())
                        .flatMap(List::iterator)
                        .mapPartitions(function)
                        .collect()));
        double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
        if (read.isEmpty()) {
            return OptionalDouble.empty();
        }
        for (ReadImages.Outcome outcome : read.get()) {
            Status status = outcome.status();
            if (status == null) {
                instruments
                        .checks()
                        .add(Check.fail(
                                Name.IMAGES,
                                outcome.path() + ": " + outcome.error(),
                                "the store fails: try again once it works; " + ADVICE));
                return OptionalDouble.empty();
            }
            outcomes.add(status.id(), 1);
            if (status != Status.OK) {
                outcomes.addExample(outcome.path() + ": " + status.id() + ", " + outcome.error());
            }
        }
        return OptionalDouble.of(sample.size() / seconds * options.engine().prefetch());
    }
}
