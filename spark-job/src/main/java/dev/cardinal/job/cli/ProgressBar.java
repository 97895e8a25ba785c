package dev.cardinal.job.cli;

import dev.cardinal.job.common.DaemonThreads;
import dev.cardinal.job.common.Format;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.zoo.ImportProgress;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A line on the terminal that shows the progress of a run: how far, how fast, how much longer. Prints nothing if standard error
 * is not a terminal. The command closes it, which clears the line. Thread-safe. Lives on the driver.
 */
final class ProgressBar implements LabelProgress, ImportProgress, AutoCloseable {
    private static final int WIDTH = 30;
    private static final long REFRESH_MILLIS = 200;
    private static final long MEGABYTE = 1_000_000;
    /** Steps of an import that take less time are not shown. */
    private static final double QUIET_SECONDS = 2;

    private static final String CLEAR = "\r\033[K";

    private final Console console;
    private final ScheduledExecutorService printer;
    private volatile Runnable print = () -> {};

    @SuppressWarnings("FutureReturnValueIgnored") // a run must not fail because its progress cannot be printed
    ProgressBar(Console console) {
        this.console = console;
        this.printer = DaemonThreads.scheduler("cardinal-progress");
        if (console.errIsTerminal()) {
            printer.scheduleWithFixedDelay(() -> print.run(), 0, REFRESH_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void step(String what) {
        show(() -> console.err().print(CLEAR + what + " ..."));
    }

    @Override
    public void note(String text) {
        if (console.errIsTerminal()) {
            console.err().print(CLEAR);
        }
        console.err().println("cardinal: " + TextTable.printable(text));
    }

    @Override
    public void labeling(long total, LongSupplier done) {
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

    private void show(Runnable line) {
        if (console.errIsTerminal()) {
            print = line;
            line.run();
        }
    }

    static String bytes(String what, long total, long before, long done, double seconds) {
        if (total == 0) {
            return what + (done == 0 ? " ..." : Format.format(": %,d MB", done / MEGABYTE));
        }
        double speed = seconds <= 0 ? 0 : (done - before) / seconds;
        String rate = speed <= 0
                ? ""
                : Format.format(", %,.0f MB/s, %s left", speed / MEGABYTE, time((total - done) / speed));
        return Format.format(
                "%s  %s: %,d of %,d MB%s", bar(total, done), what, done / MEGABYTE, total / MEGABYTE, rate);
    }

    private static String bar(long total, long done) {
        double share = total == 0 ? 1 : (double) Math.min(done, total) / total;
        int filled = (int) (WIDTH * share);
        return Format.format("[%s%s] %3.0f %%", "#".repeat(filled), ".".repeat(WIDTH - filled), 100 * share);
    }

    /** @param counted may be more than the total, if tasks were retried */
    static String line(long total, long counted, double imagesPerSecond) {
        long done = Math.min(counted, total);
        String rate = "";
        if (done == 0 && total > 0) {
            rate = "  starting";
        } else if (imagesPerSecond > 0) {
            rate = Format.format(
                    "  %s images/s, %s left", Format.rate(imagesPerSecond), time((total - done) / imagesPerSecond));
        }
        return Format.format("%s  %,d of %,d images%s", bar(total, done), done, total, rate);
    }

    private static String time(double seconds) {
        long whole = Math.round(Math.max(0, seconds));
        return whole < 3600
                ? Format.format("%d:%02d", whole / 60, whole % 60)
                : Format.format("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }

    @Override
    public void finished() {
        if (console.errIsTerminal()) {
            print = () -> {};
            console.err().print(CLEAR);
            console.err().flush();
        }
    }

    @Override
    public void close() {
        printer.shutdownNow();
        finished();
    }
}
