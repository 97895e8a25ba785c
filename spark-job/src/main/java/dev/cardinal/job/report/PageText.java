package dev.cardinal.job.report;

import dev.cardinal.job.common.Format;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** Formats numbers and names for pages, the same in every locale. Stateless. */
final class PageText {
    /** Text for a missing number. */
    static final String NONE = "\u2013";

    private static final String THIN_SPACE = "\u202f";
    private static final double SMALL_SCORE = 0.001;
    private static final String[] MAGNITUDES = {"", "k", "M", "G", "T", "P"};

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private PageText() {}

    /** 12,345. */
    static String count(long value) {
        return Format.count(value);
    }

    /** 12 images, 1 image. */
    static String count(long value, String one, String many) {
        return count(value) + " " + (value == 1 ? one : many);
    }

    /** 87.3 %, for a share from 0 to 1. */
    static String percent(@Nullable Double share) {
        return shown(share, figure -> format("%.1f", 100 * figure) + THIN_SPACE + "%");
    }

    /** 85.1 to 89.2 %, for the bounds of an interval. */
    static String interval(@Nullable Double low, @Nullable Double high) {
        return shown(low, from -> shown(high, to -> format("%.1f\u2013%.1f", 100 * from, 100 * to) + THIN_SPACE + "%"));
    }

    /** +1.2, for a difference of shares in percentage points. */
    static String points(@Nullable Double difference) {
        return shown(difference, figure -> format("%+.1f", 100 * figure));
    }

    /** 0.873, or 1.2e-05 for very small scores. */
    static String score(@Nullable Double score) {
        return shown(score, figure -> format(figure != 0 && Math.abs(figure) < SMALL_SCORE ? "%.1e" : "%.3f", figure));
    }

    /** 1.235. */
    static String decimal(@Nullable Double value) {
        return shown(value, figure -> format("%,.3f", figure));
    }

    /** 1,234, or 1.2 for small rates. */
    static String rate(@Nullable Double value) {
        return shown(value, Format::rate);
    }

    /** 4.3 G: short enough for the axis of a chart. */
    static String compact(double value) {
        double rest = value;
        int magnitude = 0;
        while (Math.abs(rest) >= 1000 && magnitude + 1 < MAGNITUDES.length) {
            rest /= 1000;
            magnitude++;
        }
        String digits = format(rest == Math.rint(rest) || Math.abs(rest) >= 100 ? "%.0f" : "%.1f", rest);
        return digits + (magnitude == 0 ? "" : THIN_SPACE + MAGNITUDES[magnitude]);
    }

    /** 4.3 MB. */
    static String bytes(long bytes) {
        return compact((double) bytes) + (bytes < 1000 ? THIN_SPACE : "") + "B";
    }

    /** 0.8 s, 3 min 20 s, 2 h 05 min. */
    static String duration(@Nullable Double seconds) {
        return shown(seconds, Format::duration);
    }

    /** 2026-11-22 09:14 UTC, for a time in ISO 8601; returns any other text unchanged. */
    static String time(String text) {
        try {
            return TIME.format(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return text;
        }
    }

    /** Shortens a text to at most this many characters by leaving out its middle. */
    static String shortened(String text, int most) {
        int length = text.codePointCount(0, text.length());
        if (length <= most) {
            return text;
        }
        int begin = (most - 1) / 2;
        int end = most - 1 - begin;
        return text.substring(0, text.offsetByCodePoints(0, begin))
                + "\u2026"
                + text.substring(text.offsetByCodePoints(text.length(), -end));
    }

    /** Returns the last part of a path, which for a member of an archive is the member's name. */
    static String fileName(String path) {
        return path.substring(path.lastIndexOf('/', path.length() - 2) + 1);
    }

    private static String shown(@Nullable Double value, DoubleFunction<String> text) {
        return value == null || !Double.isFinite(value) ? NONE : text.apply(value);
    }

    static String format(String format, Object... values) {
        return Format.format(format, values);
    }
}
