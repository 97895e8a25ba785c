package dev.cardinal.udf.model;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.pipeline.SoakProcess;
import dev.cardinal.zoo.serving.SessionSettings;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Separate process that classifies many images in batches of different sizes, decodes ten files per image, and prints
 * how its resident memory grew. Arguments: directory of the demo model's bundle, number of images to classify.
 */
final class InferenceSoak {
    private static final int WARM_UP_IMAGES = 1000;
    private static final int MAX_BATCH = 32;
    private static final int EDGE = 28;
    private static final int DECODES_PER_IMAGE = 10;
    private static final long SEED = 20_260_102;

    private InferenceSoak() {}

    public static void main(String[] arguments) throws IOException {
        int images = Integer.parseInt(arguments[1]);
        Path bundle = Path.of(arguments[0]);
        Random random = new Random(SEED);
        List<byte[]> pictures =
                Stream.generate(() -> picture(random)).limit(MAX_BATCH).toList();
        List<byte[]> files =
                List.of(encoded(random, "jpg"), encoded(random, "png"), encoded(random, "bmp"), encoded(random, "gif"));
        long warmBytes = 0;
        int done = 0;
        int decoded = 0;
        double sum = 0;
        try (Classifier classifier = SavedModelClassifier.load(bundle, DemoModel.read(bundle), SessionSettings.cpu());
                ImagePreparer preparer = ImagePreparer.create(SoakProcess.TORCHVISION, ImageOptions.defaults())) {
            // Runs each batch size once, so that TensorFlow has allocated the memory for it before the first
            // measurement.
            for (int size : IntStream.rangeClosed(1, MAX_BATCH).toArray()) {
                done += classifier
                        .classify(pictures.subList(0, size), EDGE, EDGE)
                        .size();
            }
            while (done < images) {
                int size = Math.min(images - done, 1 + random.nextInt(MAX_BATCH));
                sum += classifier
                        .classify(pictures.subList(0, size), EDGE, EDGE)
                        .get(0)
                        .probabilities()[0];
                done += size;
                for (int i = 0; i < size * DECODES_PER_IMAGE; i++) {
                    if (preparer.prepare(files.get(decoded % files.size())) instanceof Preparation.Ready) {
                        decoded++;
                    }
                }
                if (warmBytes == 0 && done >= WARM_UP_IMAGES) {
                    warmBytes = SoakProcess.residentBytes();
                }
            }
        }
        long lastBytes = SoakProcess.residentBytes();
        System.out.printf(
                Locale.ROOT,
                "images=%d%ndecoded=%d%nresident_mib_at_%d=%d%nresident_mib_at_end=%d%ngrowth_percent=%.1f%nsum=%.3f%n",
                done,
                decoded,
                WARM_UP_IMAGES,
                warmBytes >> 20,
                lastBytes >> 20,
                100.0 * (lastBytes - warmBytes) / warmBytes,
                sum);
    }

    private static byte[] encoded(Random random, String format) throws IOException {
        BufferedImage image = new BufferedImage(320, 240, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < 320 * 240; i++) {
            image.setRGB(i % 320, i / 320, 0x010101 * (i / 320) + random.nextInt(16));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!ImageIO.write(image, format, out)) {
            throw new IOException("cannot write " + format);
        }
        return out.toByteArray();
    }

    private static byte[] picture(Random random) {
        byte[] pixels = new byte[EDGE * EDGE * 3];
        random.nextBytes(pixels);
        return pixels;
    }
}
