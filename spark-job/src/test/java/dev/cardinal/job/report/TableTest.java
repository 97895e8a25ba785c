package dev.cardinal.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void headingsAreButtonsAndNumbersCarryTheirValues() {
        String html = html(new Table("Classes")
                .text("Class")
                .number("Images")
                .sorted(Table.Order.DESCENDING)
                .number("Right", "share that is right")
                .row(Cell.of("cat & <dog>"), Cell.count(12_345), Cell.percent(0.87654321))
                .row(Cell.of("eel"), Cell.count(3), Cell.percent(null)));

        assertThat(html)
                .contains("<caption class=\"unseen\">Classes</caption>")
                .contains("<th scope=\"col\" class=\"s\"><button type=\"button\">Class</button></th>")
                .contains("<th scope=\"col\" class=\"n\" aria-sort=\"descending\" data-first=\"descending\">"
                        + "<button type=\"button\">Images</button></th>")
                .contains("title=\"share that is right\"")
                .contains("<th scope=\"row\" class=\"s\"><bdi>cat &amp; &lt;dog&gt;</bdi></th>")
                .contains("<td class=\"n\" data-v=\"12345\"><span>12,345</span></td>")
                .contains("<td class=\"n\" data-v=\"0.8765432\"><span>87.7\u202f%</span></td>")
                .contains("<td class=\"n\" data-v=\"\"><span>\u2013</span></td>");
    }

    @Test
    void whatCannotBeSortedHasNoButtons() {
        assertThat(html(new Table("One").text("A").row(Cell.of("x")))).doesNotContain("<button");
        assertThat(html(new Table("Fixed").text("A").fixed().row(Cell.of("x")).row(Cell.of("y"))))
                .doesNotContain("<button");
    }

    @Test
    void barsStayWithinTheirRail() {
        String html = html(new Table("Bars")
                .bar("A")
                .row(Cell.shareBar(0.5, 0.25, 0.75))
                .row(Cell.countBar(5, 0))
                .row(Cell.shareBar(null, null, null)));

        assertThat(html)
                .contains("<rect class=\"bar\" width=\"50.0\" height=\"8\" rx=\"2\"></rect>"
                        + "<path class=\"whisker\" d=\"M25.0 4H75.0\"></path>")
                .contains("<rect class=\"bar\" width=\"0.0\"");
    }

    @Test
    void longTextsAreCutAndMayBreak() {
        assertThat(html(new Table("Long").text("A").row(Cell.of("y".repeat(10_000)))))
                .contains("class=\"l\"")
                .hasSizeLessThan(600);
    }

    @Test
    void rowOfAnotherTableIsABug() {
        assertThatThrownBy(() -> new Table("T").text("A").row())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("0 cells for 1 columns of T");
    }

    private static String html(Table table) {
        Html html = new Html();
        table.write(html);
        return html.toString();
    }
}
