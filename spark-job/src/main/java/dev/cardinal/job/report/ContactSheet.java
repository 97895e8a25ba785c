package dev.cardinal.job.report;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a grid of images with captions. Stateless. */
final class ContactSheet {
    private static final int LONGEST_NAME = 28;
    private static final int LONGEST_LABEL = 80;
    private static final int LONGEST_PATH = 300;

    private ContactSheet() {}

    static void write(Html html, List<GalleryItem> items, Map<String, Thumbnail> thumbnails) {
        html.open("ul", "class", "sheet");
        for (GalleryItem item : items) {
            html.open("li").open("figure");
            thumbnail(html, item, thumbnails.getOrDefault(item.path(), Thumbnail.missing("not read")));
            html.open("figcaption");
            item.lines().forEach(line -> line(html, line));
            html.element(
                    "bdi",
                    PageText.shortened(PageText.fileName(item.path()), LONGEST_NAME),
                    "class",
                    "file",
                    "title",
                    PageText.shortened(item.path(), LONGEST_PATH));
            html.close().close().close();
        }
        html.close();
    }

    private static void thumbnail(Html html, GalleryItem item, Thumbnail thumbnail) {
        html.open("div", "class", "frame");
        if (thumbnail.uri() == null) {
            html.open("p", "class", "missing").element("span", "no picture").text(thumbnail.missing());
            html.close();
        } else {
            int factor = thumbnail.enlargement();
            html.empty(
                    "img",
                    "src",
                    thumbnail.uri(),
                    "alt",
                    alternativeText(item),
                    "width",
                    Integer.toString(factor * thumbnail.width()),
                    "height",
                    Integer.toString(factor * thumbnail.height()),
                    "class",
                    factor > 1 ? "pixels" : null);
        }
        html.close();
    }

    private static void line(Html html, GalleryItem.Line line) {
        html.open("span", "class", line.lead() == null ? "said first" : "said");
        if (line.lead() != null) {
            html.element("span", line.lead() + " ", "class", "lead-word");
        }
        switch (line.mark()) {
            case RIGHT -> mark(html, "\u2713", "right", "right: ");
            case WRONG -> mark(html, "\u2717", "wrong", "wrong: ");
            case NONE -> {}
        }
        html.element("bdi", PageText.shortened(line.text(), LONGEST_LABEL));
        if (line.score() != null) {
            html.text(" ").element("span", PageText.percent(line.score()), "class", "score");
        }
        html.close();
    }

    private static void mark(Html html, String sign, String style, String words) {
        html.element("span", sign, "class", "mark " + style, "aria-hidden", "true")
                .element("span", words, "class", "unseen");
    }

    /** Returns the caption of an image and the name of its file. */
    private static String alternativeText(GalleryItem item) {
        String lines = item.lines().stream()
                .map(line -> (line.lead() == null ? "" : line.lead() + " ")
                        + PageText.shortened(line.text(), LONGEST_LABEL)
                        + (line.score() == null ? "" : " " + PageText.percent(line.score())))
                .collect(Collectors.joining(", "));
        return lines + "; " + PageText.shortened(PageText.fileName(item.path()), LONGEST_NAME);
    }
}
