package dev.cardinal.zoo.graph;

import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * A SavedModel of {@link SavedModelWriter} in memory, ready to run.
 *
 * <p>Whoever loads it closes it, which frees its weights. Not thread-safe. Runs wherever TensorFlow's natives are.
 */
public final class LoadedModel implements AutoCloseable {
    private final SavedModelBundle model;

    private LoadedModel(SavedModelBundle model) {
        this.model = model;
    }

    /** Loads the SavedModel in a directory of the local disk. */
    public static LoadedModel load(Path directory) {
        TensorFlowLog.applyLevel();
        return new LoadedModel(SavedModelBundle.load(directory.toString()));
    }

    /**
     * Runs a batch.
     *
     * @param pixels uint8 [count, height, width, 3]
     * @return float32 [count, classes], row-major
     */
    public float[] logits(byte[] pixels, int count, int height, int width) {
        Shape shape = Shape.of(count, height, width, 3);
        try (TUint8 image = TUint8.tensorOf(shape, DataBuffers.of(pixels, false, false));
                Result result = model.function("serving_default").call(Map.of("image", image))) {
            TFloat32 logits = (TFloat32) result.get("logits").orElseThrow();
            float[] values = new float[Math.toIntExact(logits.size())];
            logits.asRawTensor().data().asFloats().read(values);
            return values;
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
