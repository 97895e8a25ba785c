package dev.cardinal.job.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Numbers and findings in words. */
final class Texts {
    private static final int NAMED = 3;
    private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    private static final int THOUSAND = 1000;
    private static final int MINUTE = 60;
    private static final int HOUR = 3600;
    private static final int DAY = 24 * HOUR;

    private Texts() {}

    /** A number of bytes: {@code 683 MB}, {@code 4.3 GB}. */
    static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= THOUSAND && unit < UNITS.length - 1) {
            amount /= THOUSAND;
            unit++;
        }
        boolean digit = unit >= 3 && amount < 10;
        return String.format(Locale.ROOT, digit ? "%.1f %s" : "%.0f %s", amount, UNITS[unit]);
    }

    /** A count with its noun: {@code 1 executor}, {@code 2,000 images}. */
    static String count(long count, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
    }

    /** A time: {@code 42 ms}, {@code 3.1 s}, {@code 12 min}, {@code 3 h 20 min}, {@code 2 d 5 h}. */
    static String time(double seconds) {
        if (seconds < 1) {
            return String.format(Locale.ROOT, "%.0f ms", THOUSAND * seconds);
        }
        if (seconds < 2 * MINUTE) {
            return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
        }
        long whole = Math.round(seconds);
        if (whole < 2 * HOUR) {
            return Math.round((double) whole / MINUTE) + " min";
        }
        return whole < 2 * DAY
                ? whole / HOUR + " h " + whole % HOUR / MINUTE + " min"
                : whole / DAY + " d " + whole % DAY / HOUR + " h";
    }

    /** Images a second, with a digit after the point where they are few. */
    static String rate(double imagesPerSecond) {
        return String.format(Locale.ROOT, imagesPerSecond < 10 ? "%.1f images/s" : "%,.0f images/s", imagesPerSecond);
    }

    /** The first line of a text, without control characters. */
    static String line(String text) {
        return text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
    }

    /**
     * What executors say, those that say the same together: {@code A on 2 executors}, {@code A on executor 0 (host); B on executor
     * 1 (host)}; where there is but the driver, without where.
     *
     * @param said in words, by executor
     */
    static String byExecutor(Map<ExecutorList.Executor, String> said) {
        Map<String, List<ExecutorList.Executor>> groups = new LinkedHashMap<>();
        said.forEach((executor, text) ->
                groups.computeIfAbsent(text, any -> new ArrayList<>()).add(executor));
        if (said.keySet().stream().allMatch(ExecutorList.Executor::isDriver)) {
            return String.join("; ", groups.keySet());
        }
        List<String> parts = new ArrayList<>();
        groups.forEach((text, executors) -> {
            boolean all =
                    executors.size() == said.size() && executors.stream().noneMatch(ExecutorList.Executor::isDriver);
            String where = all && executors.size() > 1
                    ? Texts.count(executors.size(), "executor")
                    : named(executors, ExecutorList.Executor::toString);
            parts.add(text + " on " + where);
        });
        return String.join("; ", parts);
    }

    private static <T> String named(List<T> all, Function<T, String> name) {
        String first = String.join(", ", all.stream().limit(NAMED).map(name).toList());
        return all.size() <= NAMED ? first : first + " and " + (all.size() - NAMED) + " more";
    }
}
