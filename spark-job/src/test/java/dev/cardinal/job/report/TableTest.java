package dev.cardinal.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TableTest {
    private record Row(String name, int images, @Nullable Double share) {}

    @Test
    void headingsAreButtonsAndNumbersHaveTheirValues() {
        List<Row> rows = List.of(new Row("cat & <dog>", 12_345, 0.87654321), new Row("eel", 3, null));

        String html = html(new Table<>("Classes", rows)
                .text("Class", Row::name)
                .number("Images", row -> Cell.count(row.images()))
                .sorted(Table.Order.DESCENDING)
                .number("Correct", "share correct", row -> Cell.percent(row.share())));

        assertThat(html)
                .contains("<caption class=\"unseen\">Classes</caption>")
                .contains("<th scope=\"col\" class=\"s\"><button type=\"button\">Class</button></th>")
                .contains("<th scope=\"col\" class=\"n\" aria-sort=\"descending\" data-first=\"descending\">"
                        + "<button type=\"button\">Images</button></th>")
                .contains("title=\"share correct\"")
                .contains("<th scope=\"row\" class=\"s\"><bdi>cat &amp; &lt;dog&gt;</bdi></th>")
                .contains("<td class=\"n\" data-v=\"12345\"><span>12,345</span></td>")
                .contains("<td class=\"n\" data-v=\"0.8765432\"><span>87.7\u202f%</span></td>")
                .contains("<td class=\"n\" data-v=\"\"><span>\u2013</span></td>");
    }

    @Test
    void tablesThatCannotBeSortedHaveNoButtons() {
        assertThat(html(new Table<>("One", List.of("x")).text("A", text -> text)))
                .doesNotContain("<button");
        assertThat(html(new Table<>("Fixed", List.of("x", "y"))
                        .text("A", text -> text)
                        .fixed()))
                .doesNotContain("<button");
    }

    @Test
    void barsAreLimitedToTheirRail() {
        List<Cell> cells =
                List.of(Cell.shareBar(0.5, 0.25, 0.75), Cell.countBar(5, 0), Cell.shareBar(null, null, null));

        assertThat(html(new Table<>("Bars", cells).bar("A", cell -> cell)))
                .contains("<rect class=\"bar\" width=\"50.0\" height=\"8\" rx=\"2\"></rect>"
                        + "<path class=\"whisker\" d=\"M25.0 4H75.0\"></path>")
                .contains("<rect class=\"bar\" width=\"0.0\"");
    }

    @Test
    void longTextsAreShortenedAndWrapped() {
        assertThat(html(new Table<>("Long", List.of("y".repeat(10_000))).text("A", text -> text)))
                .contains("class=\"l\"")
                .hasSizeLessThan(600);
    }

    @Test
    void cardHasItsHeadingAndText() {
        Html html = new Html();

        new Table<>("One", List.of("x")).text("A", text -> text).card(html, "Heading", "A text.");

        assertThat(html.toString())
                .startsWith("<div class=\"card\"><h3>Heading</h3><p>A text.</p><div class=\"table\"");
    }

    private static String html(Table<?> table) {
        Html html = new Html();
        table.write(html);
        return html.toString();
    }
}
