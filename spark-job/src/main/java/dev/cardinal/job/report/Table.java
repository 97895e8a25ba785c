package dev.cardinal.job.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A table that readers sort by its headings, by mouse or keyboard, where it has several rows. The first column names the row. Not
 * thread-safe.
 */
final class Table {
    private static final int TALL = 16;
    /** Texts of so many characters are not broken into lines. */
    private static final int SHORT = 28;

    private static final String BAR_HEIGHT = "8";

    /** What a column holds. */
    private enum Kind {
        TEXT,
        NUMBER,
        BAR
    }

    /** How rows are ordered when the page opens. */
    enum Order {
        ASCENDING,
        DESCENDING
    }

    private record Column(
            String heading, Kind kind, @Nullable String meaning) {}

    private final String name;
    private final List<Column> columns = new ArrayList<>();
    private final List<List<Cell>> rows = new ArrayList<>();
    private int sortedColumn = -1;
    private Order order = Order.ASCENDING;
    private boolean fixed;

    /** @param name what it is called where it cannot be seen */
    Table(String name) {
        this.name = name;
    }

    Table text(String heading) {
        return column(heading, Kind.TEXT, null);
    }

    Table number(String heading) {
        return column(heading, Kind.NUMBER, null);
    }

    /** @param meaning of the heading, in a few words */
    Table number(String heading, String meaning) {
        return column(heading, Kind.NUMBER, meaning);
    }

    Table bar(String heading) {
        return column(heading, Kind.BAR, null);
    }

    private Table column(String heading, Kind kind, @Nullable String meaning) {
        columns.add(new Column(heading, kind, meaning));
        return this;
    }

    /** Says that the rows come in the order of the column that was added last. */
    Table sorted(Order by) {
        sortedColumn = columns.size() - 1;
        order = by;
        return this;
    }

    /** Says that the order of the rows has a meaning of its own. */
    Table fixed() {
        fixed = true;
        return this;
    }

    /** Adds a row of as many cells as there are columns. */
    Table row(Cell... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns of " + name);
        }
        rows.add(List.of(cells));
        return this;
    }

    /** Writes it, in a frame that scrolls by itself where the page is too narrow. */
    void write(Html html) {
        html.open(
                "div",
                "class",
                rows.size() > TALL ? "table tall" : "table",
                "role",
                "region",
                "aria-label",
                name,
                "tabindex",
                "0");
        html.open("table")
                .element("caption", name, "class", "unseen")
                .open("thead")
                .open("tr");
        List<String> styles =
                IntStream.range(0, columns.size()).mapToObj(this::style).toList();
        for (int c = 0; c < columns.size(); c++) {
            heading(html, c, styles);
        }
        html.close().close().open("tbody");
        rows.forEach(row -> row(html, row, styles));
        html.close().close().close();
    }

    private void heading(Html html, int index, List<String> styles) {
        Column column = columns.get(index);
        String sort = index == sortedColumn ? order.name().toLowerCase(Locale.ROOT) : null;
        boolean sortable = rows.size() > 1 && !fixed;
        html.open(
                "th",
                "scope",
                "col",
                "class",
                styles.get(index),
                "title",
                column.meaning(),
                "aria-sort",
                sortable ? sort : null,
                "data-first",
                column.kind() == Kind.TEXT ? null : "descending");
        if (sortable) {
            html.element("button", column.heading(), "type", "button");
        } else {
            html.text(column.heading());
        }
        html.close();
    }

    private void row(Html html, List<Cell> cells, List<String> styles) {
        html.open("tr");
        for (int c = 0; c < cells.size(); c++) {
            Cell cell = cells.get(c);
            Column column = columns.get(c);
            Double value = cell.value();
            html.open(
                    c == 0 ? "th" : "td",
                    "scope",
                    c == 0 ? "row" : null,
                    "class",
                    styles.get(c),
                    "data-v",
                    column.kind() == Kind.TEXT ? null : plain(value));
            Cell.Bar bar = cell.bar();
            if (bar != null) {
                bar(html, bar);
            }
            html.element(column.kind() == Kind.TEXT ? "bdi" : "span", cell.text());
            html.close();
        }
        html.close();
    }

    private String style(int column) {
        return switch (columns.get(column).kind()) {
            case NUMBER -> "n";
            case BAR -> "n b";
            case TEXT -> rows.stream().allMatch(row -> row.get(column).text().length() <= SHORT) ? "s" : "l";
        };
    }

    /** A number as JavaScript reads it, without the digits that a sort does not need; nothing where there is none. */
    private static String plain(@Nullable Double value) {
        if (value == null || !Double.isFinite(value)) {
            return "";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString(Math.round(value))
                : Text.format("%.7g", value);
    }

    private static void bar(Html html, Cell.Bar bar) {
        html.open("svg", "class", "meter", "viewBox", "0 0 100 " + BAR_HEIGHT, "aria-hidden", "true");
        html.shape("rect", "class", "rail", "width", "100", "height", BAR_HEIGHT, "rx", "2");
        html.shape("rect", "class", "bar", "width", at(bar.length()), "height", BAR_HEIGHT, "rx", "2");
        Double low = bar.low();
        Double high = bar.high();
        if (low != null && high != null) {
            html.shape("path", "class", "whisker", "d", "M" + at(low) + " 4H" + at(high));
        }
        html.close();
    }

    private static String at(double share) {
        return Text.format("%.1f", 100 * Math.max(0, Math.min(1, share)));
    }
}
