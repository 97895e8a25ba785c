package dev.cardinal.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.EagerSession;
import org.tensorflow.Output;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Reads the files with TensorFlow's own operation RestoreV2, which verifies every checksum. */
class TensorBundleWriterTest {
    /** Limit for operations that TensorFlow Java runs eagerly. */
    private static final int MAX_OUTPUTS = 1000;

    @TempDir
    private Path directory;

    /** A variable that TensorFlow restored. */
    @SuppressWarnings("ArrayRecordComponent") // compared by components
    private record Restored(Shape shape, float[] values) {}

    @Test
    void scalarEmptyAndLongTensorsAreRestored() throws IOException {
        float[] longer = values((1 << 18) + 5);
        try (TensorBundleWriter files = TensorBundleWriter.create(directory)) {
            files.add("longer", Shape.of(1, longer.length), longer);
            files.add("scalar", Shape.scalar(), new float[] {-0.0f});
            files.add("empty/last", Shape.of(3, 0, 2), new float[0]);
            files.finish();
        }

        List<Restored> restored = restore("empty/last", "longer", "scalar");

        assertThat(restored.get(0).shape()).isEqualTo(Shape.of(3, 0, 2));
        assertThat(restored.get(1).shape()).isEqualTo(Shape.of(1, longer.length));
        assertThat(restored.get(1).values()).isEqualTo(longer);
        assertThat(restored.get(2).shape()).isEqualTo(Shape.scalar());
        assertThat(Float.floatToRawIntBits(restored.get(2).values()[0])).isEqualTo(Float.floatToRawIntBits(-0.0f));
    }

    @Test
    void singleEmptyTensorIsRestored() throws IOException {
        try (TensorBundleWriter files = TensorBundleWriter.create(directory)) {
            files.add("empty", Shape.of(0), new float[0]);
            files.finish();
        }

        assertThat(restore("empty").get(0).shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void variablesBeyondFourGibibytesAreRestored() throws IOException {
        try (TensorBundleWriter files = TensorBundleWriter.create(directory, (1L << 32) - 8)) {
            files.add("across", Shape.of(4), new float[] {1, 2, 3, 4});
            files.add("beyond", Shape.of(2), new float[] {5, 6});
            files.finish();
        }

        List<Restored> restored = restore("across", "beyond");

        assertThat(data()).hasSize((1L << 32) + 16);
        assertThat(restored.get(0).values()).containsExactly(1, 2, 3, 4);
        assertThat(restored.get(1).values()).containsExactly(5, 6);
    }

    @Test
    void thousandsOfVariablesInAnyOrderAreRestored() throws IOException {
        List<String> names = new ArrayList<>(IntStream.range(0, 5000)
                .mapToObj(i -> "layer" + i % 7 + "/block." + i + (i % 2 == 0 ? "" : "/filter_of_a_long_name-" + i))
                .toList());
        Collections.reverse(names);
        try (TensorBundleWriter files = TensorBundleWriter.create(directory)) {
            for (int i = 0; i < names.size(); i++) {
                files.add(names.get(i), Shape.of(1, 2), new float[] {i, -i});
            }
            files.finish();
        }

        List<Restored> restored = restore(names.toArray(String[]::new));

        for (int i = 0; i < names.size(); i++) {
            assertThat(restored.get(i).values()).as(names.get(i)).containsExactly(i, -i);
        }
    }

    @Test
    void keysAreSortedByTheirBytes() throws IOException {
        String beforeInJava = "\ud83d\udc27";
        String beforeInBytes = "\uff21";
        assertThat(beforeInJava).isLessThan(beforeInBytes);
        try (TensorBundleWriter files = TensorBundleWriter.create(directory)) {
            files.add(beforeInJava, Shape.scalar(), new float[] {1});
            files.add(beforeInBytes, Shape.scalar(), new float[] {2});
            files.finish();
        }

        assertThat(restore(beforeInJava).get(0).values()).containsExactly(1);
        assertThat(restore(beforeInBytes).get(0).values()).containsExactly(2);
    }

    @Test
    void corruptByteInTheIndexIsDetected() throws IOException {
        try (TensorBundleWriter files = TensorBundleWriter.create(directory)) {
            files.add("weight", Shape.of(2), new float[] {1, 2});
            files.finish();
        }
        Path index = directory.resolve("variables/variables.index");
        byte[] whole = Files.readAllBytes(index);
        int footer = 48;
        assertThat(restore("weight").get(0).values()).containsExactly(1, 2);

        for (int i = 0; i < 32; i++) {
            byte[] corrupt = whole.clone();
            corrupt[i] ^= 4;
            Files.write(index, corrupt);
            assertThatThrownBy(() -> restore("weight")).as("byte " + i).isInstanceOf(TensorFlowException.class);
        }
        Files.write(index, Arrays.copyOf(whole, whole.length - footer));
        assertThatThrownBy(() -> restore("weight")).isInstanceOf(TensorFlowException.class);
    }

    @Test
    void duplicateNameIsRejected() throws IOException {
        try (TensorBundleWriter files = TensorBundleWriter.create(directory)) {
            files.add("weight", Shape.scalar(), new float[] {1});

            assertThatThrownBy(() -> files.add("weight", Shape.scalar(), new float[] {2}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("two variables have the name weight");
            assertThatThrownBy(() -> files.add("", Shape.scalar(), new float[] {2}))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> files.add("bias", Shape.unknown(), new float[] {2}))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private List<Restored> restore(String... names) {
        List<Restored> restored = new ArrayList<>();
        try (EagerSession session = EagerSession.create()) {
            Ops ops = Ops.create(session);
            for (int first = 0; first < names.length; first += MAX_OUTPUTS) {
                String[] some = Arrays.copyOfRange(names, first, Math.min(first + MAX_OUTPUTS, names.length));
                String[] whole = new String[some.length];
                Arrays.fill(whole, "");
                ops.train
                        .restore(
                                ops.constant(
                                        directory.resolve("variables/variables").toString()),
                                ops.constant(NdArrays.vectorOfObjects(some)),
                                ops.constant(NdArrays.vectorOfObjects(whole)),
                                Collections.nCopies(some.length, TFloat32.class))
                        .tensors()
                        .forEach(output -> restored.add(restored(output)));
            }
        }
        return restored;
    }

    private static Restored restored(Output<?> output) {
        TFloat32 tensor = (TFloat32) output.asTensor();
        float[] values = new float[(int) tensor.size()];
        tensor.asRawTensor().data().asFloats().read(values);
        return new Restored(tensor.shape(), values);
    }

    private static float[] values(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i * 0.37f;
        }
        return values;
    }

    private Path data() {
        return directory.resolve("variables/variables.data-00000-of-00001");
    }
}
