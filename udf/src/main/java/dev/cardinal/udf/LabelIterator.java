package dev.cardinal.udf;

import java.util.Iterator;
import org.apache.spark.sql.Row;

/**
 * The rows of one labelling task, one for every image whatever it holds, in the order of the images. While rows are taken other
 * images are read, prepared and classified.
 *
 * <p>The task closes it: that ends its threads and waits for what they have begun, so that what they use can be closed thereafter.
 * For the thread of the task alone; lives on an executor.
 */
final class LabelIterator implements Iterator<Row>, AutoCloseable {
    private final ImageResults<ImageRef, Row> results;

    LabelIterator(
            Iterator<ImageRef> images,
            Pipeline pipeline,
            LabelOptions options,
            PredictionRows rows,
            LabelMetrics metrics) {
        EngineOptions sizes = options.engine();
        TaskCounters counters = new TaskCounters(metrics);
        ImageWindow<Row> window = ImageWindow.of(pipeline, sizes, counters);
        ImageIntake intake = new ImageIntake(
                new FetchAhead(pipeline.fetchers(), sizes.prefetch(), pipeline.task()),
                pipeline.decoding().share(),
                pipeline.preparer(),
                window,
                rows,
                counters,
                options.maxFileBytes());
        this.results = new ImageResults<>(images, intake, window, pipeline, sizes.batchSize(), counters);
    }

    @Override
    public boolean hasNext() {
        return results.hasNext();
    }

    @Override
    public Row next() {
        return results.next();
    }

    @Override
    public void close() {
        results.close();
    }
}
