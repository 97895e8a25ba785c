package dev.cardinal.job.report;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Images side by side, each with what is said of it. */
final class ContactSheet {
    private static final int LONGEST_NAME = 28;
    private static final int LONGEST_LABEL = 80;
    private static final int LONGEST_PATH = 300;

    private ContactSheet() {}

    static void write(Html html, List<Picture> pictures, Map<String, Thumbnail> thumbnails) {
        html.open("ul", "class", "sheet");
        for (Picture picture : pictures) {
            html.open("li").open("figure");
            thumbnail(html, picture, thumbnails.getOrDefault(picture.path(), Thumbnail.missing("not read")));
            html.open("figcaption");
            picture.lines().forEach(line -> line(html, line));
            html.element(
                    "bdi",
                    Text.shortened(Text.fileName(picture.path()), LONGEST_NAME),
                    "class",
                    "file",
                    "title",
                    Text.shortened(picture.path(), LONGEST_PATH));
            html.close().close().close();
        }
        html.close();
    }

    private static void thumbnail(Html html, Picture picture, Thumbnail thumbnail) {
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
                    inWords(picture),
                    "width",
                    Integer.toString(factor * thumbnail.width()),
                    "height",
                    Integer.toString(factor * thumbnail.height()),
                    "class",
                    factor > 1 ? "pixels" : null);
        }
        html.close();
    }

    private static void line(Html html, Picture.Line line) {
        html.open("span", "class", line.lead() == null ? "said first" : "said");
        if (line.lead() != null) {
            html.element("span", line.lead() + " ", "class", "lead-word");
        }
        switch (line.mark()) {
            case RIGHT -> mark(html, "\u2713", "right", "right: ");
            case WRONG -> mark(html, "\u2717", "wrong", "wrong: ");
            case NONE -> {}
        }
        html.element("bdi", Text.shortened(line.text(), LONGEST_LABEL));
        if (line.score() != null) {
            html.text(" ").element("span", Text.percent(line.score()), "class", "score");
        }
        html.close();
    }

    private static void mark(Html html, String sign, String style, String words) {
        html.element("span", sign, "class", "mark " + style, "aria-hidden", "true")
                .element("span", words, "class", "unseen");
    }

    /** What is said of an image and the name of its file. */
    private static String inWords(Picture picture) {
        String lines = picture.lines().stream()
                .map(line -> (line.lead() == null ? "" : line.lead() + " ")
                        + Text.shortened(line.text(), LONGEST_LABEL)
                        + (line.score() == null ? "" : " " + Text.percent(line.score())))
                .collect(Collectors.joining(", "));
        return lines + "; " + Text.shortened(Text.fileName(picture.path()), LONGEST_NAME);
    }
}
