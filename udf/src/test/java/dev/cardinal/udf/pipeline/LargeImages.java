package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageHash;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.model.Classifier;
import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.Provenance;
import dev.cardinal.zoo.card.Provenance.HashCheck;
import dev.cardinal.zoo.serving.ServedModel;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;

/**
 * Separate process that labels images of 100 megapixels as an executor with several cores does, and prints its peak memory.
 * Arguments: working directory, number of images, number of cores.
 */
final class LargeImages {
    private static final int EDGE = 10_000;

    private LargeImages() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]).resolve("large.jpg");
        Files.write(file, jpeg());
        int count = Integer.parseInt(arguments[1]);
        DecodePool decoding = new DecodePool(Integer.parseInt(arguments[2]));
        LabelOptions options = LabelOptions.defaults();
        ServedModel model = ServedModel.of(new BundleCard(
                DemoModel.card(),
                "ab".repeat(32),
                new Provenance("demo.pth", "cd".repeat(32), "zip", HashCheck.UNCHECKED)));
        Iterator<ImageRef> images = Collections.nCopies(
                        count, ImageRef.file(file.toUri().toString(), Files.size(file), 0, null))
                .iterator();
        Map<String, Integer> statuses = new TreeMap<>();
        long start = System.nanoTime();
        try (ImagePreparer preparer =
                        PreparerPool.lease(List.of(SoakProcess.TORCHVISION), ImageOptions.defaults(), ImageHash.NONE);
                PipelineIterator<ImageRef, Row> rows = LabelPartition.rows(
                        images,
                        new PipelineContext(
                                "large",
                                () -> false,
                                ImageFetchers.of(new Configuration(), RecordFields.usual()),
                                decoding,
                                preparer,
                                List.of(new PipelineContext.PipelineModel(
                                        new NoModel(), ModelInput.pixelBytes(SoakProcess.TORCHVISION))),
                                Runtime.getRuntime().maxMemory() / 8),
                        options,
                        List.of(new PredictionRows(model, options)),
                        LabelMetrics.unregistered())) {
            while (rows.hasNext()) {
                Row row = rows.next();
                statuses.merge(row.getString(8) + " " + row.getString(9), 1, Integer::sum);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "statuses=%s%npeak_mib=%d%nseconds=%.1f%n",
                statuses,
                SoakProcess.peakResidentBytes() >> 20,
                (System.nanoTime() - start) / 1e9);
    }

    /** Returns a gray JPEG, which is decoded to three channels. */
    private static byte[] jpeg() throws IOException {
        BufferedImage image = new BufferedImage(EDGE, EDGE, BufferedImage.TYPE_BYTE_GRAY);
        byte[] pixels = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        for (int y = 0; y < EDGE; y++) {
            Arrays.fill(pixels, y * EDGE, (y + 1) * EDGE, (byte) (y * 200 / EDGE));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!ImageIO.write(image, "jpg", out)) {
            throw new IOException("cannot write JPEG");
        }
        return out.toByteArray();
    }

    private static final class NoModel implements Classifier {
        @Override
        public List<Scores> classify(List<byte[]> images, int height, int width) {
            return images.stream()
                    .map(image -> new Scores(null, new float[10], null))
                    .toList();
        }

        @Override
        public void close() {}
    }
}
