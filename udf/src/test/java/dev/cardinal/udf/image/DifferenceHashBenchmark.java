package dev.cardinal.udf.image;

import java.util.Arrays;
import java.util.Locale;

/**
 * Benchmark: time of the difference hash as a share of the time to decode a JPEG, at two sizes, in one process on one core. Started by
 * src/test/benchmarks/difference_hash.sh. Decoding and hashing take turns; each figure is the median of 200.
 */
final class DifferenceHashBenchmark {
    private static final int WARM_UP = 300;
    private static final int ROUNDS = 200;

    private DifferenceHashBenchmark() {}

    @SuppressWarnings("SystemOut") // its result
    public static void main(String[] args) {
        System.out.println("| image | decode, us | hash, us | share |\n| --- | ---: | ---: | ---: |");
        for (String file : args.length > 0 ? args : new String[] {"photo_500x375.jpg"}) {
            measure(file, TestImages.read(file));
        }
    }

    @SuppressWarnings("SystemOut") // its result
    private static void measure(String name, byte[] encoded) {
        Pixels pixels = new Pixels();
        long[] decode = new long[ROUNDS];
        long[] hash = new long[ROUNDS];
        long sum = 0;
        try (ImagePreparer preparer = ImagePreparer.create(Cards.torchvision(null, null), ImageOptions.defaults())) {
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                long start = System.nanoTime();
                Preparation.Ready ready = (Preparation.Ready) preparer.prepare(encoded);
                long decoded = System.nanoTime();
                pixels.reshape(ready.width(), ready.height());
                System.arraycopy(ready.rgb(), 0, pixels.rgb(), 0, ready.rgb().length);
                long before = System.nanoTime();
                sum += DifferenceHash.of(pixels);
                long end = System.nanoTime();
                if (round >= 0) {
                    hash[round] = end - before;
                    decode[round] = decoded - start;
                }
            }
        }
        Arrays.sort(decode);
        Arrays.sort(hash);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.1f | %.2f %% |%s%n",
                name,
                decode[ROUNDS / 2] / 1e3,
                hash[ROUNDS / 2] / 1e3,
                100.0 * hash[ROUNDS / 2] / decode[ROUNDS / 2],
                sum == 1 ? " " : "");
    }
}
