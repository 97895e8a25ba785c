package dev.cardinal.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.ImportRequest.HashPolicy;
import dev.cardinal.zoo.graph.SavedModelRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Holds full-size models to PyTorch, on request: {@code -Dcardinal.parity=DIR} names a directory that
 * src/test/fixtures/full_size_parity.py filled. Writes {@code parity.md} there: one line a model, with the time its import took,
 * the time of reading its checkpoint twice before, and the largest anonymous memory of this process meanwhile.
 */
@EnabledIfSystemProperty(named = "cardinal.parity", matches = ".+")
class FullSizeParityTest {
    private static final double TOLERANCE = 1e-4;
    private static final String HEAD = """
            | card | architecture | container | largest logit | largest difference | share | import s | read twice s | peak / weights |
            | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
            """;

    @Test
    void logitsOfEveryArchitectureEqualPyTorchs() throws IOException {
        Path directory = Path.of(System.getProperty("cardinal.parity"));
        List<String> rows = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Path reference : references(directory)) {
            String name = reference.getFileName().toString().replace(".npz", "");
            Path bundle = directory.resolve("bundle");
            delete(bundle);
            Path checkpoint = directory.resolve(name + ".pth");
            double readTwice = seconds(() -> {
                FileHash.sha256(checkpoint, ImportProgress.NONE);
                FileHash.sha256(checkpoint, ImportProgress.NONE);
            });
            ImportResult[] result = new ImportResult[1];
            ModelCard card = Catalogue.find(name);
            double[] importSeconds = new double[1];
            long peak;
            try (PeakMemory memory = new PeakMemory()) {
                importSeconds[0] = seconds(() -> result[0] = ModelImport.run(
                        new ImportRequest(card, checkpoint, null, HashPolicy.WARN_ON_MISMATCH, null, bundle),
                        ImportProgress.NONE));
                peak = memory.peakBytes();
            }
            Verification verification;
            try (SavedModelRunner model = SavedModelRunner.load(bundle)) {
                verification =
                        Verification.of(model::logits, Verification.reference(reference, card), ImportProgress.NONE);
            }
            rows.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %.4f | %.2e | %.2e | %.1f | %.1f | %.2f |",
                    name,
                    card.architecture().title(),
                    result[0].bundle().provenance().container(),
                    verification.largestLogit(),
                    verification.largestDifference(),
                    verification.relativeDifference(),
                    importSeconds[0],
                    readTwice,
                    (double) peak / card.architecture().weightBytes()));
            if (!(verification.relativeDifference() <= TOLERANCE)) {
                failures.add(name + ": " + verification);
            }
            delete(bundle);
            Files.writeString(directory.resolve("parity.md"), HEAD + String.join("\n", rows) + "\n");
        }
        assertThat(rows).as("references in " + directory).isNotEmpty();
        assertThat(failures).isEmpty();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static double seconds(Work work) throws IOException {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static List<Path> references(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".npz"))
                    .sorted()
                    .toList();
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Follows the anonymous resident memory of this process, its Java heap included; Linux only. */
    private static final class PeakMemory implements AutoCloseable {
        private static final Path STATUS = Path.of("/proc/self/status");
        private static final int EVERY_MILLIS = 20;

        private final ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor();
        private final Future<?> sampling =
                sampler.scheduleAtFixedRate(this::sample, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        private volatile long peak;

        private void sample() {
            peak = Math.max(peak, anonymousBytes());
        }

        private static long anonymousBytes() {
            try (Stream<String> lines = Files.lines(STATUS)) {
                return lines.filter(line -> line.startsWith("RssAnon:"))
                        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElse(0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        long peakBytes() {
            return peak;
        }

        @Override
        public void close() {
            sampling.cancel(false);
            sampler.shutdown();
        }
    }
}
