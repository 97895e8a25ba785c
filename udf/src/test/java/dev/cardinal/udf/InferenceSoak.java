package dev.cardinal.udf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A process of its own that classifies many images in batches of changing size, and prints how its resident memory grew.
 * Arguments: directory of the demo model's bundle, number of images.
 */
final class InferenceSoak {
    private static final int WARM_UP_IMAGES = 1000;
    private static final int MAX_BATCH = 32;
    private static final int EDGE = 28;
    private static final long SEED = 20_260_102;

    private InferenceSoak() {}

    public static void main(String[] arguments) throws IOException {
        int images = Integer.parseInt(arguments[1]);
        Random random = new Random(SEED);
        List<byte[]> pictures =
                Stream.generate(() -> picture(random)).limit(MAX_BATCH).toList();
        long warmBytes = 0;
        int done = 0;
        double sum = 0;
        try (Classifier classifier = SavedModelClassifier.load(Path.of(arguments[0]))) {
            // Every size of batch once, so that what TensorFlow keeps for each is there before memory is first read.
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
                if (warmBytes == 0 && done >= WARM_UP_IMAGES) {
                    warmBytes = SoakProcess.residentBytes();
                }
            }
        }
        long lastBytes = SoakProcess.residentBytes();
        System.out.printf(
                Locale.ROOT,
                "images=%d%nresident_mib_at_%d=%d%nresident_mib_at_end=%d%ngrowth_percent=%.1f%nsum=%.3f%n",
                done,
                WARM_UP_IMAGES,
                warmBytes >> 20,
                lastBytes >> 20,
                100.0 * (lastBytes - warmBytes) / warmBytes,
                sum);
    }

    private static byte[] picture(Random random) {
        byte[] pixels = new byte[EDGE * EDGE * 3];
        random.nextBytes(pixels);
        return pixels;
    }
}
