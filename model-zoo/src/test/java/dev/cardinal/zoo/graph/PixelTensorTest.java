package dev.cardinal.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.FileHash;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.SavedModelCard.TensorLayout;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.ModelInterface.Element;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.RawTensor;
import org.tensorflow.types.family.TType;

class PixelTensorTest {
    private static final int EDGE = 16;

    /** Computed by src/test/fixtures/normalization.py. */
    private static final String TORCHVISION = "1d8b9af12b7b391827f7c801265239e21435c7e29b4d78c6189a35e437633897";

    /** Two pixels, one per row. */
    private static final byte[] FIRST = {1, 2, 3, 4, 5, 6};

    private static final byte[] SECOND = {11, 12, 13, 14, 15, 16};

    @Test
    void everyPixelValueIsNormalizedAsInTorchvision() {
        byte[] pixels = new byte[EDGE * EDGE * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i / 3);
        }

        float[] planes = floats(TensorLayout.NCHW, List.of(pixels), EDGE, EDGE, 1);

        ByteBuffer bytes = ByteBuffer.allocate(planes.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(planes);
        assertThat(HexFormat.of().formatHex(FileHash.digest().digest(bytes.array())))
                .isEqualTo(TORCHVISION);
    }

    @Test
    void bothLayoutsContainTheSameNumbers() {
        float[] last = floats(TensorLayout.NHWC, List.of(FIRST, SECOND), 2, 1, 2);
        float[] first = floats(TensorLayout.NCHW, List.of(FIRST, SECOND), 2, 1, 2);

        assertThat(last).hasSize(12).doesNotHaveDuplicates();
        for (int image = 0; image < 2; image++) {
            for (int pixel = 0; pixel < 2; pixel++) {
                for (int channel = 0; channel < 3; channel++) {
                    assertThat(first[image * 6 + channel * 2 + pixel]).isEqualTo(last[image * 6 + pixel * 3 + channel]);
                }
            }
        }
    }

    @Test
    void pixelsAreUnchangedIfTheModelNormalizes() {
        assertThat(bytes(TensorLayout.NHWC, List.of(FIRST, SECOND), 2))
                .containsExactly(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16);
        assertThat(bytes(TensorLayout.NCHW, List.of(FIRST, SECOND), 2))
                .containsExactly(1, 4, 2, 5, 3, 6, 11, 14, 12, 15, 13, 16);
    }

    @Test
    void incompleteBatchIsPaddedWithItsOwnImages() {
        assertThat(bytes(TensorLayout.NHWC, List.of(FIRST, SECOND), 3))
                .containsExactly(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 1, 2, 3, 4, 5, 6);
    }

    @Test
    void pixelsThatDoNotFillTheShapeAreRejected() {
        assertThatThrownBy(() -> bytes(TensorLayout.NHWC, List.of(FIRST, new byte[5]), 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an image has 5 bytes, but its shape needs 6");
    }

    private static byte[] bytes(TensorLayout layout, List<byte[]> images, int count) {
        try (TType tensor = tensor(Element.UINT8, layout).of(images, 2, 1, count)) {
            RawTensor raw = tensor.asRawTensor();
            byte[] values = new byte[(int) raw.size()];
            raw.data().read(values);
            return values;
        }
    }

    private static float[] floats(TensorLayout layout, List<byte[]> images, int height, int width, int count) {
        try (TType tensor = tensor(Element.FLOAT, layout).of(images, height, width, count)) {
            RawTensor raw = tensor.asRawTensor();
            float[] values = new float[(int) raw.size()];
            raw.data().asFloats().read(values);
            return values;
        }
    }

    private static PixelTensor tensor(Element element, TensorLayout layout) {
        ModelInterface io = new ModelInterface("serving_default", "x", element, layout, null, "logits", null, null);
        Preprocessing imagenet = new Preprocessing(
                256,
                224,
                Preprocessing.Interpolation.PILLOW_BILINEAR,
                Preprocessing.CropRounding.HALF_EVEN,
                List.of(0.485, 0.456, 0.406),
                List.of(0.229, 0.224, 0.225));
        return new PixelTensor(io, imagenet);
    }
}
