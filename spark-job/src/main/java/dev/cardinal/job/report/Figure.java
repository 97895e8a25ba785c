package dev.cardinal.job.report;

import java.util.function.Consumer;

/** A chart with its heading, what it says in words, and its numbers for whoever cannot see it or wants them. */
final class Figure {
    private Figure() {}

    /**
     * Writes it.
     *
     * @param caption what is to be seen, in a sentence or two
     * @param numbers what was drawn
     */
    static void write(Html html, String heading, String caption, Consumer<Html> chart, Table numbers) {
        html.open("figure", "class", "card");
        html.open("figcaption").element("h3", heading).element("p", caption).close();
        chart.accept(html);
        html.open("details").element("summary", "The numbers");
        numbers.write(html);
        html.close().close();
    }

    /** Legend of a chart: the style of a mark and what it means, in turns. */
    static void legend(Html html, String... entries) {
        html.open("ul", "class", "legend");
        for (int i = 0; i < entries.length; i += 2) {
            html.open("li");
            html.open("svg", "viewBox", "0 0 12 12", "aria-hidden", "true")
                    .shape("rect", "class", entries[i], "width", "12", "height", "12", "rx", "2")
                    .close();
            html.text(entries[i + 1]).close();
        }
        html.close();
    }
}
