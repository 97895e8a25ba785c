package dev.cardinal.zoo;

import dev.cardinal.zoo.graph.SavedModelSession;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;

/**
 * Images a second of a model in a session: {@code RawModelBenchmark CARD BUNDLE PRECISION BATCH SECONDS THREADS}, for
 * src/test/benchmarks/raw_model.sh. The time is that of the whole call, from bytes in arrays to numbers in arrays.
 */
final class RawModelBenchmark {
    private static final int WARM_UP = 4;

    private RawModelBenchmark() {}

    @SuppressWarnings("SystemOut") // its result
    public static void main(String[] args) {
        Precision precision = Precision.valueOf(args[2].toUpperCase(Locale.ROOT));
        int batch = Integer.parseInt(args[3]);
        double seconds = Double.parseDouble(args[4]);
        SessionSettings settings = new SessionSettings(Device.CPU, precision, Integer.parseInt(args[5]));
        Preprocessing preprocessing = Catalogue.find(args[0]).preprocessing();
        int edge = Objects.requireNonNull(preprocessing.crop());
        List<byte[]> images = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < batch; i++) {
            byte[] pixels = new byte[edge * edge * 3];
            random.nextBytes(pixels);
            images.add(pixels);
        }
        long loading = System.nanoTime();
        try (SavedModelSession model =
                SavedModelSession.load(Path.of(args[1]), ModelInterface.BUNDLE, preprocessing, settings)) {
            model.run(images, edge, edge);
            System.out.printf(Locale.ROOT, "# first answer after %.1f s%n", (System.nanoTime() - loading) / 1e9);
            for (int i = 1; i < WARM_UP; i++) {
                model.run(images, edge, edge);
            }
            long start = System.nanoTime();
            int runs = 0;
            while (System.nanoTime() - start < seconds * 1e9) {
                model.run(images, edge, edge);
                runs++;
            }
            System.out.printf(Locale.ROOT, "%.2f%n", runs * batch / ((System.nanoTime() - start) / 1e9));
        }
    }
}
