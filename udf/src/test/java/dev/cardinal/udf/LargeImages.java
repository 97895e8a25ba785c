package dev.cardinal.udf;

import dev.cardinal.udf.Classifier.Scores;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.zoo.BundleCard;
import dev.cardinal.zoo.Provenance;
import dev.cardinal.zoo.Provenance.HashCheck;
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
 * A process of its own in which tasks of an executor of several cores label pictures of 100 megapixels at once, and which prints how
 * much memory it had at most. Arguments: a directory to work in, number of pictures, cores.
 */
final class LargeImages {
    private static final int EDGE = 10_000;

    private LargeImages() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]).resolve("large.jpg");
        Files.write(file, picture());
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
        try (ImagePreparer preparer = PreparerPool.lease(SoakProcess.TORCHVISION, ImageOptions.defaults());
                LabelIterator rows = new LabelIterator(
                        images,
                        new Pipeline(
                                "large",
                                () -> false,
                                ImageFetchers.of(new Configuration(), RecordFields.usual()),
                                decoding,
                                preparer,
                                new NoModel(),
                                Runtime.getRuntime().maxMemory() / 8,
                                ModelInput.pixelBytes(SoakProcess.TORCHVISION)),
                        options,
                        new PredictionRows(model, options),
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

    /** A grey JPEG, which is decoded to three channels. */
    private static byte[] picture() throws IOException {
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
