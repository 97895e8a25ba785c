package dev.cardinal.udf.image;

import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.ImageOptions.Truncated;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.udf.pipeline.SoakProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Prepares many images, whole or damaged, in a separate process, and prints their statuses, the time of the slowest
 * image, and the growth of resident memory. Arguments: {@code whole}, {@code damaged} or {@code corpus}, the number of
 * images, and the folder of the corpus, of which every file is damaged as often as the others.
 */
final class DecodingSoak {

    /** Number of images after which memory must not grow any more. */
    private static final int WARM_UP_IMAGES = 1000;

    /** Fits into a heap of half a gigabyte, whatever a damaged header declares. */
    private static final long MAX_PIXELS = 4_000_000;

    private static final long SEED = 20_260_101;

    private DecodingSoak() {}

    public static void main(String[] arguments) throws IOException {
        List<byte[]> files = new ArrayList<>();
        TestImages.names().forEach(name -> files.add(TestImages.read(name)));
        boolean corpus = arguments[0].equals("corpus");
        if (corpus) {
            files.addAll(CorpusTest.files(Path.of(arguments[2])));
        }
        int images = corpus ? files.size() * Integer.parseInt(arguments[1]) : Integer.parseInt(arguments[1]);
        Mutations mutations = new Mutations(files, SEED);
        int[] next = {0};
        Supplier<byte[]> whole = () -> files.get(next[0]++ % files.size());
        switch (arguments[0]) {
            case "damaged" -> run(images, mutations::next, Truncated.REJECT);
            case "corpus" -> run(images, () -> mutations.damage(whole.get()), Truncated.KEEP);
            default -> run(images, whole, Truncated.REJECT);
        }
    }

    private static void run(int images, Supplier<byte[]> source, Truncated truncated) throws IOException {
        Map<String, Integer> statuses = new TreeMap<>();
        long slowestNanos = 0;
        long warmBytes = 0;
        long start = System.nanoTime();
        try (ImagePreparer preparer = ImagePreparer.create(
                Cards.torchvision(256, 224), new ImageOptions(MAX_PIXELS, ExifOrientation.APPLY, truncated))) {
            for (int i = 0; i < images; i++) {
                byte[] encoded = source.get();
                long before = System.nanoTime();
                String status = status(preparer.prepare(encoded));
                slowestNanos = Math.max(slowestNanos, System.nanoTime() - before);
                statuses.merge(status, 1, Integer::sum);
                if (i + 1 == WARM_UP_IMAGES) {
                    warmBytes = SoakProcess.residentBytes();
                }
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long lastBytes = SoakProcess.residentBytes();
        System.out.printf(
                Locale.ROOT,
                "images=%d%nstatuses=%s%nslowest_millis=%d%nresident_mib_at_%d=%d%nresident_mib_at_end=%d%n"
                        + "growth_percent=%.1f%nseconds=%.0f%n",
                statuses.values().stream().mapToInt(Integer::intValue).sum(),
                statuses,
                TimeUnit.NANOSECONDS.toMillis(slowestNanos),
                WARM_UP_IMAGES,
                warmBytes >> 20,
                lastBytes >> 20,
                100.0 * (lastBytes - warmBytes) / warmBytes,
                seconds);
    }

    private static String status(Preparation preparation) {
        if (preparation instanceof Rejected rejected) {
            return rejected.status().id();
        }
        return ((Ready) preparation).rgb().length == 224 * 224 * 3 ? "ok" : "wrong size";
    }
}
