package dev.cardinal.job.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image on a contact sheet.
 *
 * @param path of its row
 * @param lines what is said of it, the most important first
 */
record Picture(String path, List<Line> lines) {
    Picture {
        lines = List.copyOf(lines);
    }

    /** Whether a line agrees with the truth. */
    enum Mark {
        NONE,
        RIGHT,
        WRONG
    }

    /**
     * A line below an image.
     *
     * @param lead what it begins with, such as {@code truth}, or null
     * @param text what it says
     * @param score that stands behind it, or null
     * @param mark whether it agrees with the truth
     */
    record Line(
            @Nullable String lead, String text, @Nullable Double score, Mark mark) {}

    /** An image with what it was taken for. */
    static Picture predicted(String path, String label, @Nullable Double score, @Nullable String truth, Mark mark) {
        List<Line> lines = new ArrayList<>(List.of(new Line(null, label, score, mark)));
        if (truth != null) {
            lines.add(new Line("truth", truth, null, Mark.NONE));
        }
        return new Picture(path, lines);
    }
}
