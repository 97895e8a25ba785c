package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.task.TaskResources;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * Classifies one image at a time, for callers that cannot collect a batch.
 *
 * <p>A task keeps its model leased from its first image until it completes; outside of tasks, as on a driver, the lease ends
 * after each image. For one thread; lives on an executor or on the driver.
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
     * Classifies an image.
     *
     * @param classified converts its scores to the result
     * @param rejected converts the reason to the result if the image cannot be prepared
     */
    public <R> R classify(ImageInput input, Function<Scores, R> classified, Function<Rejected, R> rejected) {
        TaskContext current = TaskContext.get();
        if (current != null) {
            return classify(input, ofTask(current), classified, rejected);
        }
        try (TaskModel once = TaskModel.lease(null, model, options)) {
            return classify(input, once, classified, rejected);
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
            ImageInput input, TaskModel held, Function<Scores, R> classified, Function<Rejected, R> rejected) {
        counters.add(Counter.IMAGES, 1);
        Preparation preparation = InMemoryStage.prepare(input, held.preparer(), options.maxFileBytes());
        if (preparation instanceof Preparation.Ready ready) {
            List<Scores> scores = held.classifier().classify(List.of(ready.rgb()), ready.height(), ready.width());
            counters.add(Counter.BATCHES, 1);
            counters.add(Counter.CLASSIFIED, 1);
            return classified.apply(scores.get(0));
        }
        return rejected.apply((Rejected) preparation);
    }
}
