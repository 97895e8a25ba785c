package dev.cardinal.udf;

import dev.cardinal.udf.Classifier.Scores;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Preparation.Rejected;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * Classifies one image at a time, where there is no way to collect several.
 *
 * <p>A task holds the model from its first image to its end; outside of tasks, as on a driver, it is given back after each image.
 * For one thread; lives where the images are.
 */
public final class RowClassifier {
    private final ModelSpec model;
    private final LabelOptions options;
    private final TaskCounters counters = new TaskCounters((counter, amount) -> {});
    private @Nullable TaskContext task;
    private @Nullable TaskModel leased;

    public RowClassifier(ModelSpec model, LabelOptions options) {
        this.model = model;
        this.options = options;
    }

    /**
     * Classifies a picture.
     *
     * @param classified what its scores mean
     * @param rejected what it means where it gives no pixels
     */
    public <R> R classify(Picture picture, Function<Scores, R> classified, Function<Rejected, R> rejected) {
        TaskContext current = TaskContext.get();
        if (current != null) {
            return classify(picture, ofTask(current), classified, rejected);
        }
        try (TaskModel once = TaskModel.lease(null, model, options)) {
            return classify(picture, once, classified, rejected);
        }
    }

    private TaskModel ofTask(TaskContext current) {
        TaskModel held = leased;
        if (held == null || task != current) {
            held = TaskModel.lease(current, model, options);
            TaskResources.closeWithTask(current, held);
            leased = held;
            task = current;
        }
        return held;
    }

    private <R> R classify(
            Picture picture, TaskModel held, Function<Scores, R> classified, Function<Rejected, R> rejected) {
        counters.add(Counter.IMAGES, 1);
        Preparation preparation = MemoryIntake.prepare(picture, held.preparer(), options.maxFileBytes());
        if (preparation instanceof Preparation.Ready ready) {
            List<Scores> scores = held.classifier().classify(List.of(ready.rgb()), ready.height(), ready.width());
            counters.add(Counter.BATCHES, 1);
            counters.add(Counter.CLASSIFIED, 1);
            return classified.apply(scores.get(0));
        }
        return rejected.apply((Rejected) preparation);
    }
}
