package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.SavedModelCard.TensorLayout;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.ModelInterface.Element;
import java.util.List;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Creates the input tensor of a model from the pixels of images. Immutable and thread-safe.
 *
 * <p>Floats are (pixel / 255 - mean) / std. Each step is rounded to 32 bits, as in torchvision's {@code ToTensor} and
 * {@code Normalize}.
 */
final class PixelTensor {
    private static final int CHANNELS = 3;
    private static final int LEVELS = 256;

    private final Element element;
    private final TensorLayout layout;
    private final float[][] normalized = new float[CHANNELS][LEVELS];

    PixelTensor(ModelInterface io, Preprocessing preprocessing) {
        this.element = io.element();
        this.layout = io.layout();
        for (int channel = 0; channel < CHANNELS; channel++) {
            float mean = preprocessing.mean().get(channel).floatValue();
            float std = preprocessing.std().get(channel).floatValue();
            for (int level = 0; level < LEVELS; level++) {
                normalized[channel][level] = (level / 255f - mean) / std;
            }
        }
    }

    /**
     * Creates the tensor of a batch; the caller closes it.
     *
     * @param images {@code height x width x 3} bytes each, row by row
     * @param count batch size; if there are fewer images, they are repeated
     */
    TType of(List<byte[]> images, int height, int width, int count) {
        int length = height * width * CHANNELS;
        for (byte[] pixels : images) {
            if (pixels.length != length) {
                throw new IllegalArgumentException(
                        "an image has " + pixels.length + " bytes, but its shape needs " + length);
            }
        }
        Shape shape = layout == TensorLayout.NHWC
                ? Shape.of(count, height, width, CHANNELS)
                : Shape.of(count, CHANNELS, height, width);
        return element == Element.UINT8 ? bytes(images, shape, length) : floats(images, shape, length);
    }

    private TUint8 bytes(List<byte[]> images, Shape shape, int length) {
        TUint8 tensor = TUint8.tensorOf(shape);
        ByteDataBuffer data = tensor.asRawTensor().data();
        byte[] ordered = new byte[length];
        for (int image = 0; image < shape.get(0); image++) {
            byte[] pixels = images.get(image % images.size());
            if (layout == TensorLayout.NCHW) {
                for (int i = 0; i < length; i++) {
                    ordered[position(i, length)] = pixels[i];
                }
                pixels = ordered;
            }
            data.offset((long) image * length).write(pixels);
        }
        return tensor;
    }

    private TFloat32 floats(List<byte[]> images, Shape shape, int length) {
        TFloat32 tensor = TFloat32.tensorOf(shape);
        FloatDataBuffer data = tensor.asRawTensor().data().asFloats();
        float[] ordered = new float[length];
        for (int image = 0; image < shape.get(0); image++) {
            byte[] pixels = images.get(image % images.size());
            for (int i = 0; i < length; i++) {
                ordered[position(i, length)] = normalized[i % CHANNELS][pixels[i] & 0xff];
            }
            data.offset((long) image * length).write(ordered);
        }
        return tensor;
    }

    /** Returns the position of the i-th byte of an image in the tensor. */
    private int position(int i, int length) {
        return layout == TensorLayout.NHWC ? i : i % CHANNELS * (length / CHANNELS) + i / CHANNELS;
    }
}
