package dev.cardinal.zoo.graph;

import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * Runs a bundle once, for checks: what it computes is compared with what it should.
 *
 * <p>Owns the session until closed. Thread-safe.
 */
public final class SavedModelRunner implements AutoCloseable {
    private static final int CHANNELS = 3;

    private final SavedModelBundle bundle;

    private SavedModelRunner(SavedModelBundle bundle) {
        this.bundle = bundle;
    }

    /** Loads the bundle in a directory. */
    public static SavedModelRunner load(Path directory) {
        TensorFlowLog.applyLevel();
        return new SavedModelRunner(SavedModelBundle.load(directory.toString(), SavedModelBundle.DEFAULT_TAG));
    }

    /**
     * The logits of one image.
     *
     * @param pixels {@code height x width x 3} bytes, row by row
     * @return [classes]
     */
    public float[] logits(byte[] pixels, int height, int width) {
        try (TUint8 image = TUint8.tensorOf(Shape.of(1, height, width, CHANNELS))) {
            image.asRawTensor().data().write(pixels);
            try (Result result = bundle.function(Signature.DEFAULT_KEY).call(Map.of("image", image))) {
                TFloat32 logits = (TFloat32) result.get("logits").orElseThrow();
                float[] values = new float[Math.toIntExact(logits.shape().get(1))];
                FloatDataBuffer data = logits.asRawTensor().data().asFloats();
                data.read(values);
                return values;
            }
        }
    }

    @Override
    public void close() {
        bundle.close();
    }
}
