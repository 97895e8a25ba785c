package dev.cardinal.udf.image;

import dev.cardinal.zoo.graph.TensorFlowRuntime;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TString;

/**
 * TensorFlow's JPEG and PNG decoders: a graph with one operation for each, and a session that runs it in the caller's
 * thread.
 *
 * <p>Closed by its creator; leaves no tensor open. Each thread has its own, although the session itself could be
 * shared. Lives on executors. Not serializable.
 */
final class TensorFlowCodecs implements AutoCloseable {

    private final Graph graph = new Graph();
    private final Output<?> encoded;
    private final Map<Integer, Output<?>> jpegByReduction;
    private final Output<?> png;
    private final Output<?> gray16Png;
    private final Session session;

    TensorFlowCodecs() {
        encoded = graph.opBuilder("Placeholder", "encoded", graph.baseScope())
                .setAttr("dtype", DataType.DT_STRING)
                .build()
                .output(0);
        jpegByReduction = Map.of(1, jpeg(1), 2, jpeg(2), 4, jpeg(4), 8, jpeg(8));
        png = png("png", 3, DataType.DT_UINT8);
        gray16Png = png("gray_16_png", 1, DataType.DT_UINT16);
        TensorFlowRuntime.prepare(Runtime.getRuntime().availableProcessors());
        session = new Session(graph, config());
    }

    private Output<?> jpeg(int reduction) {
        return graph.opBuilder("DecodeJpeg", "jpeg_" + reduction, graph.baseScope())
                .addInput(encoded)
                .setAttr("channels", 3)
                .setAttr("ratio", reduction)
                .setAttr("fancy_upscaling", true)
                .setAttr("dct_method", "INTEGER_ACCURATE")
                .build()
                .output(0);
    }

    private Output<?> png(String name, int channels, DataType type) {
        return graph.opBuilder("DecodePng", name, graph.baseScope())
                .addInput(encoded)
                .setAttr("channels", channels)
                .setAttr("dtype", type)
                .build()
                .output(0);
    }

    /**
     * Returns a configuration that runs operations in the caller's thread and uses no GPU. The intra-op pool is not
     * configured: it belongs to the process and takes its size from the first session, which may be this one and not
     * the model's.
     */
    private static ConfigProto config() {
        return ConfigProto.newBuilder()
                .setInterOpParallelismThreads(-1)
                .putAllDeviceCount(Map.of("GPU", 0))
                .build();
    }

    /**
     * Decodes gray and three-component JPEG.
     *
     * @param reduction 1, 2, 4 or 8: each side has this part of its length, rounded up
     */
    void decodeJpeg(byte[] file, ImageHeader header, int reduction, Pixels into) throws BadImageException {
        into.reshape((header.width() + reduction - 1) / reduction, (header.height() + reduction - 1) / reduction);
        Output<?> jpeg = Objects.requireNonNull(jpegByReduction.get(reduction));
        run(jpeg, file, Shape.of(into.height(), into.width(), 3), into.rgb(), into.size());
    }

    /** Decodes any PNG; alpha is dropped, and samples of 16 bits keep their high byte. */
    void decodePng(byte[] file, ImageHeader header, Pixels into) throws BadImageException {
        into.reshape(header.width(), header.height());
        run(png, file, Shape.of(header.height(), header.width(), 3), into.rgb(), into.size());
    }

    /** Decodes gray PNG of 16 bits; values above 255 become 255. */
    void decodeGray16Png(byte[] file, ImageHeader header, Pixels into) throws BadImageException {
        into.reshape(header.width(), header.height());
        byte[] rgb = into.rgb();
        int pixels = into.size() / 3;
        run(gray16Png, file, Shape.of(header.height(), header.width(), 1), rgb, 2 * pixels);
        // Expands two bytes to three in place, backwards; TensorFlow's integers are in native order, little-endian
        // here.
        for (int i = pixels - 1; i >= 0; i--) {
            byte value = rgb[2 * i + 1] == 0 ? rgb[2 * i] : (byte) 0xff;
            rgb[3 * i] = value;
            rgb[3 * i + 1] = value;
            rgb[3 * i + 2] = value;
        }
    }

    private void run(Output<?> codec, byte[] file, Shape expected, byte[] into, int bytes) throws BadImageException {
        try (TString input = TString.tensorOfBytes(NdArrays.scalarOfObject(file));
                Result result =
                        session.runner().feed(encoded, input).fetch(codec).run()) {
            Shape shape = result.get(0).shape();
            if (!shape.equals(expected)) {
                throw new BadImageException(
                        String.format(Locale.ROOT, "the header declares shape %s, the data have %s", expected, shape));
            }
            result.get(0).asRawTensor().data().read(into, 0, bytes);
        } catch (TFInvalidArgumentException e) {
            // TensorFlow's message says that its decoder failed, but not why.
            throw new BadImageException("corrupt data: the decoder cannot read them");
        } catch (TFResourceExhaustedException e) {
            throw new OutOfMemoryError("TensorFlow: " + firstLine(e.getMessage()));
        }
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "no reason given" : message.lines().findFirst().orElse("");
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
