package dev.cardinal.job.common;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers, rates, durations and sizes as commands print them, the same in every locale. Stateless and thread-safe. */
public final class Format {
    private static final String MISSING = "-";
    private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    private static final int THOUSAND = 1000;
    private static final int MINUTE = 60;
    private static final int HOUR = 60 * MINUTE;
    private static final int DAY = 24 * HOUR;

    private Format() {}

    /** Formats values like {@link String#format(String, Object...)}, in {@link Locale#ROOT}. */
    public static String format(String format, @Nullable Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** Formats a value, or a dash if it is null. */
    public static String number(String format, @Nullable Double value) {
        return value == null ? MISSING : format(format, value);
    }

    /** Formats a count: {@code 12,345}. */
    public static String count(long count) {
        return format("%,d", count);
    }

    /** Formats a count: {@code 12,345}, or a dash if it is null. */
    public static String count(@Nullable Long count) {
        return count == null ? MISSING : count(count.longValue());
    }

    /** Formats a count with its noun: {@code 1 executor}, {@code 2,000 images}. */
    public static String count(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }

    /** Formats a share of 0 to 1 in percent: {@code 87.34 %}, or a dash if it is null. */
    public static String percent(@Nullable Double share) {
        return share == null ? MISSING : format("%.2f %%", 100 * share);
    }

    /** Formats a share of 0 to 1 in whole percent: {@code 87 %}. */
    public static String wholePercent(double share) {
        return format("%.0f %%", 100 * share);
    }

    /** Formats a rate: {@code 1,234}, with one decimal below 10. */
    public static String rate(double perSecond) {
        return format(perSecond < 10 ? "%.1f" : "%,.0f", perSecond);
    }

    /** Formats a number of bytes: {@code 683 MB}, {@code 4.3 GB}. */
    public static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= THOUSAND && unit < UNITS.length - 1) {
            amount /= THOUSAND;
            unit++;
        }
        boolean hasDecimal = unit >= 3 && amount < 10;
        return format(hasDecimal ? "%.1f %s" : "%.0f %s", amount, UNITS[unit]);
    }

    /** Formats a measured duration: {@code 0.8 s}, {@code 42 s}, {@code 3 min 20 s}, {@code 2 h 05 min}. */
    public static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (seconds < 10) {
            return format("%.1f s", seconds);
        }
        if (whole < MINUTE) {
            return whole + " s";
        }
        return whole < HOUR
                ? format("%d min %02d s", whole / MINUTE, whole % MINUTE)
                : format("%,d h %02d min", whole / HOUR, whole % HOUR / MINUTE);
    }

    /**
     * Formats a duration with about two digits: {@code 42 ms}, {@code 3.1 s}, {@code 12 min}, {@code 3 h 20 min},
     * {@code 2 d 5 h}.
     */
    public static String roughDuration(double seconds) {
        if (seconds < 1) {
            return format("%.0f ms", THOUSAND * seconds);
        }
        if (seconds < 2 * MINUTE) {
            return format(seconds < 10 ? "%.1f s" : "%.0f s", seconds);
        }
        long whole = Math.round(seconds);
        if (whole < 2 * HOUR) {
            return Math.round((double) whole / MINUTE) + " min";
        }
        return whole < 2 * DAY
                ? whole / HOUR + " h " + whole % HOUR / MINUTE + " min"
                : whole / DAY + " d " + whole % DAY / HOUR + " h";
    }
}
