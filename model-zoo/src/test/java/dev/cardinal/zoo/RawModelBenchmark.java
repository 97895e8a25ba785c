package dev.cardinal.zoo;

import com.sun.management.OperatingSystemMXBean;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.graph.SavedModelSession;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;

/**
 * Measures the images per second of a model in a session:
 * {@code RawModelBenchmark CARD BUNDLE PRECISION BATCH SECONDS THREADS}. It is a process of
 * src/test/benchmarks/raw_model.py: it prints a line when it is ready, and then runs the model for some seconds after
 * every line that it reads, and prints the images per second and the processor time of the process per image in
 * milliseconds. It measures whole calls, from bytes in arrays to numbers in arrays.
 */
final class RawModelBenchmark {
    private static final int WARM_UP = 4;

    private RawModelBenchmark() {}

    @SuppressWarnings("SystemOut") // prints its result
    public static void main(String[] args) throws IOException {
        Precision precision = Precision.valueOf(args[2].toUpperCase(Locale.ROOT));
        int batch = Integer.parseInt(args[3]);
        double seconds = Double.parseDouble(args[4]);
        SessionSettings settings = new SessionSettings(Device.CPU, precision, Integer.parseInt(args[5]));
        Preprocessing preprocessing = ModelCatalog.find(args[0]).preprocessing();
        int edge = Objects.requireNonNull(preprocessing.crop());
        List<byte[]> images = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < batch; i++) {
            byte[] pixels = new byte[edge * edge * 3];
            random.nextBytes(pixels);
            images.add(pixels);
        }
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        try (SavedModelSession model =
                        SavedModelSession.load(Path.of(args[1]), ModelInterface.BUNDLE, preprocessing, settings);
                BufferedReader turns =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (int i = 0; i < WARM_UP; i++) {
                model.run(images, edge, edge);
            }
            System.out.println("ready Cardinal");
            while (turns.readLine() != null) {
                long start = System.nanoTime();
                long used = system.getProcessCpuTime();
                int runs = 0;
                while (System.nanoTime() - start < seconds * 1e9) {
                    model.run(images, edge, edge);
                    runs++;
                }
                double rate = runs * batch / ((System.nanoTime() - start) / 1e9);
                System.out.println(rate + " " + (system.getProcessCpuTime() - used) / 1e6 / (runs * batch));
            }
        }
    }
}
