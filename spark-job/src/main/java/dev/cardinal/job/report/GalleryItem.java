package dev.cardinal.job.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image on a contact sheet.
 *
 * @param path path in its row
 * @param lines lines of its caption, the most important first
 */
record GalleryItem(String path, List<Line> lines) {
    GalleryItem {
        lines = List.copyOf(lines);
    }

    /** Result of comparing a line with the truth. */
    enum Mark {
        NONE,
        RIGHT,
        WRONG
    }

    /**
     * A line below an image.
     *
     * @param lead first word of the line, such as {@code truth}, or null
     * @param text text of the line
     * @param score score after the text, or null
     * @param mark whether the line agrees with the truth
     */
    record Line(
            @Nullable String lead, String text, @Nullable Double score, Mark mark) {}

    /** Returns an image with its prediction and its truth. */
    static GalleryItem predicted(String path, String label, @Nullable Double score, @Nullable String truth, Mark mark) {
        List<Line> lines = new ArrayList<>(List.of(new Line(null, label, score, mark)));
        if (truth != null) {
            lines.add(new Line("truth", truth, null, Mark.NONE));
        }
        return new GalleryItem(path, lines);
    }
}
