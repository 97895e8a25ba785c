package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.Preprocessing;
import dev.cardinal.zoo.SavedModelCard.Layout;
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
 * Makes the tensor that a model takes from the pixels of images. Stateless after construction and thread-safe.
 *
 * <p>Floats are (pixel / 255 - mean) / std, each step rounded to 32 bits as torchvision's {@code ToTensor} and {@code Normalize}
 * round it.
 */
final class PixelTensor {
    private static final int CHANNELS = 3;
    private static final int LEVELS = 256;

    private final Element element;
    private final Layout layout;
    private final float[][] normalised = new float[CHANNELS][LEVELS];

    PixelTensor(ModelInterface io, Preprocessing preprocessing) {
        this.element = io.element();
        this.layout = io.layout();
        for (int channel = 0; channel < CHANNELS; channel++) {
            float mean = preprocessing.mean().get(channel).floatValue();
            float std = preprocessing.std().get(channel).floatValue();
            for (int level = 0; level < LEVELS; level++) {
                normalised[channel][level] = (level / 255f - mean) / std;
            }
        }
    }

    /**
     * A batch; the caller closes it.
     *
     * @param images {@code height x width x 3} bytes each, row by row
     * @param count images in the batch; where it is more than there are, they are repeated
     */
    TType of(List<byte[]> images, int height, int width, int count) {
        int length = height * width * CHANNELS;
        for (byte[] pixels : images) {
            if (pixels.length != length) {
                throw new IllegalArgumentException("an image holds " + pixels.length + " bytes, its shape " + length);
            }
        }
        Shape shape = layout == Layout.NHWC
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
            if (layout == Layout.NCHW) {
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
                ordered[position(i, length)] = normalised[i % CHANNELS][pixels[i] & 0xff];
            }
            data.offset((long) image * length).write(ordered);
        }
        return tensor;
    }

    /** Where the i-th byte of an image goes. */
    private int position(int i, int length) {
        return layout == Layout.NHWC ? i : i % CHANNELS * (length / CHANNELS) + i / CHANNELS;
    }
}
