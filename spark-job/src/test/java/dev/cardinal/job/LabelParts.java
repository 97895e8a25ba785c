package dev.cardinal.job;

import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation.Ready;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Measures the parts of label separately: {@code LabelParts MODEL CARD PRECISION BATCH IMAGE}, a process of
 * src/test/benchmarks/label.py. Answers {@code raw} with the images per second of the model in batches on two threads, {@code decode}
 * with those of decoding and preprocessing on one thread.
 */
final class LabelParts {
    private static final double SECONDS = 5;

    private LabelParts() {}

    private interface Work {
        int images();
    }

    @SuppressWarnings("SystemOut") // its result
    public static void main(String[] args) throws IOException {
        Preprocessing preprocessing = ModelCatalog.find(args[1]).preprocessing();
        SessionSettings settings =
                new SessionSettings(Device.CPU, Precision.valueOf(args[2].toUpperCase(Locale.ROOT)), 2);
        int batch = Integer.parseInt(args[3]);
        byte[] encoded = Files.readAllBytes(Path.of(args[4]));
        try (SavedModelSession model =
                        SavedModelSession.load(Path.of(args[0]), ModelInterface.BUNDLE, preprocessing, settings);
                ImagePreparer preparer = ImagePreparer.create(preprocessing, ImageOptions.defaults());
                BufferedReader questions =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            Ready ready = (Ready) preparer.prepare(encoded);
            List<byte[]> pixels = Collections.nCopies(batch, ready.rgb());
            Work raw = () -> model.run(pixels, ready.height(), ready.width()).size();
            Work decode = () -> preparer.prepare(encoded) instanceof Ready ? 1 : 0;
            rate(raw);
            rate(decode);
            System.out.println("ready");
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                System.out.println(rate(line.equals("raw") ? raw : decode));
            }
        }
    }

    private static double rate(Work work) {
        long start = System.nanoTime();
        long images = 0;
        while (System.nanoTime() - start < SECONDS * 1e9) {
            images += work.images();
        }
        return images / ((System.nanoTime() - start) / 1e9);
    }
}
