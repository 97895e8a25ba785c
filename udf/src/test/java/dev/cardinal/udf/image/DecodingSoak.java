package dev.cardinal.udf.image;

import dev.cardinal.udf.SoakProcess;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A process of its own that prepares many images, whole or damaged, and prints what became of them, how long the slowest took,
 * and how its resident memory grew. Arguments: {@code whole} or {@code damaged}, number of images.
 */
final class DecodingSoak {

    /** Images after which memory should have stopped growing. */
    private static final int WARM_UP_IMAGES = 1000;

    /** Small enough for a heap of half a gigabyte, whatever a damaged header says. */
    private static final long MAX_PIXELS = 4_000_000;

    private static final long SEED = 20_260_101;

    private DecodingSoak() {}

    public static void main(String[] arguments) throws IOException {
        List<byte[]> files = TestImages.names().stream().map(TestImages::read).toList();
        int images = Integer.parseInt(arguments[1]);
        Mutations mutations = new Mutations(files, SEED);
        int[] next = {0};
        Supplier<byte[]> source =
                arguments[0].equals("damaged") ? mutations::next : () -> files.get(next[0]++ % files.size());
        run(images, source);
    }

    private static void run(int images, Supplier<byte[]> source) throws IOException {
        Map<String, Integer> statuses = new TreeMap<>();
        long slowestNanos = 0;
        long warmBytes = 0;
        long start = System.nanoTime();
        try (ImagePreparer preparer = ImagePreparer.create(
                Cards.torchvision(256, 224), new ImageOptions(MAX_PIXELS, ImageOptions.ExifOrientation.APPLY))) {
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
