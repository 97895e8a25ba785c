package dev.cardinal.job.cli;

import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.zoo.ImportProgress;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A line on the terminal that follows a run: how far, how fast, how much longer. Prints nothing where nobody watches. Closing
 * clears the line. Thread-safe.
 */
final class ProgressBar implements LabelProgress, ImportProgress, AutoCloseable {
    private static final int WIDTH = 30;
    private static final long REFRESH_MILLIS = 200;
    private static final long MEGABYTE = 1_000_000;
    /** A step of an import that takes less is not shown. */
    private static final double QUIET_SECONDS = 2;

    private static final String CLEAR = "\r\033[K";

    private final Console console;
    private final ScheduledExecutorService painter;
    private volatile Runnable paint = () -> {};

    @SuppressWarnings("FutureReturnValueIgnored") // a line that cannot be painted is no reason to stop
    ProgressBar(Console console) {
        this.console = console;
        this.painter = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "cardinal-progress");
            thread.setDaemon(true);
            return thread;
        });
        if (console.errIsTerminal()) {
            painter.scheduleWithFixedDelay(() -> paint.run(), 0, REFRESH_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void step(String what) {
        show(() -> console.err().print(CLEAR + what + " ..."));
    }

    @Override
    public void labelling(long total, LongSupplier done) {
        RecentRate rate = new RecentRate();
        show(() -> {
            long soFar = done.getAsLong();
            console.err().print(CLEAR + line(total, soFar, rate.at(System.nanoTime() / 1e9, soFar)));
        });
    }

    @Override
    public void step(String what, long totalBytes, LongSupplier doneBytes) {
        long start = System.nanoTime();
        long before = doneBytes.getAsLong();
        show(() -> {
            double seconds = (System.nanoTime() - start) / 1e9;
            String line = bytes(what, totalBytes, before, doneBytes.getAsLong(), seconds);
            console.err().print(CLEAR + (seconds < QUIET_SECONDS ? "" : line));
        });
    }

    private void show(Runnable painting) {
        if (console.errIsTerminal()) {
            paint = painting;
            painting.run();
        }
    }

    static String bytes(String what, long total, long before, long done, double seconds) {
        if (total == 0) {
            return what + (done == 0 ? " ..." : String.format(Locale.ROOT, ": %,d MB", done / MEGABYTE));
        }
        double speed = seconds <= 0 ? 0 : (done - before) / seconds;
        String rate = speed <= 0
                ? ""
                : String.format(Locale.ROOT, ", %,.0f MB/s, %s left", speed / MEGABYTE, time((total - done) / speed));
        return String.format(
                Locale.ROOT,
                "%s  %s: %,d of %,d MB%s",
                bar(total, done),
                what,
                done / MEGABYTE,
                total / MEGABYTE,
                rate);
    }

    private static String bar(long total, long done) {
        double share = total == 0 ? 1 : (double) Math.min(done, total) / total;
        int filled = (int) (WIDTH * share);
        return String.format(
                Locale.ROOT, "[%s%s] %3.0f %%", "#".repeat(filled), ".".repeat(WIDTH - filled), 100 * share);
    }

    /** @param counted may be more than the total, where tasks were tried again */
    static String line(long total, long counted, double imagesPerSecond) {
        long done = Math.min(counted, total);
        String rate = "";
        if (done == 0 && total > 0) {
            rate = "  starting";
        } else if (imagesPerSecond > 0) {
            rate = String.format(
                    Locale.ROOT,
                    "  %s images/s, %s left",
                    LabelReport.rate(imagesPerSecond),
                    time((total - done) / imagesPerSecond));
        }
        return String.format(Locale.ROOT, "%s  %,d of %,d images%s", bar(total, done), done, total, rate);
    }

    private static String time(double seconds) {
        long whole = Math.round(Math.max(0, seconds));
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }

    @Override
    public void finished() {
        if (console.errIsTerminal()) {
            paint = () -> {};
            console.err().print(CLEAR);
            console.err().flush();
        }
    }

    @Override
    public void close() {
        painter.shutdownNow();
        finished();
    }
}
