package dev.cardinal.zoo;

import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.convert.ImportRequest;
import dev.cardinal.zoo.convert.ImportRequest.HashPolicy;
import dev.cardinal.zoo.convert.ImportResult;
import dev.cardinal.zoo.convert.ModelImport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Runs one step of src/test/benchmarks/import.sh in a separate process: {@code read CHECKPOINT} reads a file twice,
 * {@code import CARD CHECKPOINT OUTPUT} imports it. Both print the seconds. The import also prints its processor time
 * and the peak of its resident anonymous memory, absolute and relative to the size of the weights (Linux only).
 */
public final class ImportBenchmark {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final long SAMPLE_MILLIS = 20;

    private ImportBenchmark() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments[0].equals("read")) {
            List<String> seconds = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                long start = System.nanoTime();
                read(Path.of(arguments[1]));
                seconds.add(String.format(Locale.ROOT, "%.2f", seconds(start)));
            }
            System.out.println("read twice: " + String.join(" + ", seconds) + " s");
            return;
        }
        ModelCard card = ModelCatalog.find(arguments[1]);
        MemoryPeak peak = new MemoryPeak();
        peak.start();
        long start = System.nanoTime();
        ImportResult result = ModelImport.run(
                new ImportRequest(
                        card,
                        Path.of(arguments[2]),
                        null,
                        null,
                        HashPolicy.WARN_ON_MISMATCH,
                        null,
                        Path.of(arguments[3])),
                ImportProgress.NONE);
        double seconds = seconds(start);
        long anonymous = peak.bytes();
        ProcessHandle.Info process = ProcessHandle.current().info();
        System.out.printf(
                Locale.ROOT,
                "import: %.2f s, %.1f s of processor time, peak RssAnon %d MB = %.2f x the weights, VmHWM %d MB, %s%n",
                seconds,
                process.totalCpuDuration().orElseThrow().toMillis() / 1e3,
                anonymous / 1_000_000,
                (double) anonymous / card.architecture().weightBytes(),
                status("VmHWM") / 1_000_000,
                result.bundle().modelId());
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static void read(Path file) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            int count;
            do {
                count = in.read(buffer);
            } while (count >= 0);
        }
    }

    /** Returns a size from {@code /proc/self/status} in bytes. */
    private static long status(String name) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String line =
                    lines.filter(l -> l.startsWith(name + ":")).findFirst().orElseThrow();
            return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Samples the resident anonymous memory until {@link #bytes} returns its peak. */
    private static final class MemoryPeak implements Runnable {
        private final Thread thread = new Thread(this, "memory");
        private volatile boolean stopped;
        private long bytes;

        void start() {
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run() {
            try {
                while (!stopped) {
                    bytes = Math.max(bytes, status("RssAnon"));
                    Thread.sleep(SAMPLE_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        long bytes() throws InterruptedException {
            stopped = true;
            thread.join();
            return bytes;
        }
    }
}
