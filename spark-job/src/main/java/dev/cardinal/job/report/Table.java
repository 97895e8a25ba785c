package dev.cardinal.job.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A table that readers can sort with the buttons in its headings, if it has several rows. The first column names the row. Not
 * thread-safe.
 *
 * @param <T> type of the values that are shown, one per row
 */
final class Table<T> {
    private static final int TALL = 16;
    /** Texts of at most this many characters stay on one line. */
    private static final int SHORT = 28;

    private static final String BAR_HEIGHT = "8";

    /** Content of a column. */
    private enum ColumnKind {
        TEXT,
        NUMBER,
        BAR
    }

    /** Order of the rows when the page opens. */
    enum Order {
        ASCENDING,
        DESCENDING
    }

    private record TableColumn<T>(
            String heading, ColumnKind kind, @Nullable String meaning, Function<T, Cell> cell) {}

    private final String name;
    private final List<T> values;
    private final List<TableColumn<T>> columns = new ArrayList<>();
    private int sortedColumn = -1;
    private Order order = Order.ASCENDING;
    private boolean fixed;

    /**
     * Creates a table without columns.
     *
     * @param name name for screen readers
     * @param values one value per row
     */
    Table(String name, Collection<? extends T> values) {
        this.name = name;
        this.values = List.copyOf(values);
    }

    Table<T> text(String heading, Function<T, String> text) {
        return column(heading, ColumnKind.TEXT, null, value -> Cell.of(text.apply(value)));
    }

    Table<T> number(String heading, Function<T, Cell> cell) {
        return column(heading, ColumnKind.NUMBER, null, cell);
    }

    /** @param meaning explanation of the heading, in a few words */
    Table<T> number(String heading, String meaning, Function<T, Cell> cell) {
        return column(heading, ColumnKind.NUMBER, meaning, cell);
    }

    Table<T> bar(String heading, Function<T, Cell> cell) {
        return column(heading, ColumnKind.BAR, null, cell);
    }

    private Table<T> column(String heading, ColumnKind kind, @Nullable String meaning, Function<T, Cell> cell) {
        columns.add(new TableColumn<>(heading, kind, meaning, cell));
        return this;
    }

    /** Declares that the rows are sorted by the column that was added last. */
    Table<T> sorted(Order by) {
        sortedColumn = columns.size() - 1;
        order = by;
        return this;
    }

    /** Declares that readers cannot sort the rows, because their order has a meaning. */
    Table<T> fixed() {
        fixed = true;
        return this;
    }

    /** Writes the table in a card, below a heading and a text unless they are null. */
    void card(Html html, @Nullable String heading, @Nullable String text) {
        html.open("div", "class", "card");
        if (heading != null) {
            html.element("h3", heading);
        }
        if (text != null) {
            html.element("p", text);
        }
        write(html);
        html.close();
    }

    /** Writes the table, in a frame that scrolls if the page is too narrow. */
    void write(Html html) {
        html.open(
                "div",
                "class",
                values.size() > TALL ? "table tall" : "table",
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
        List<List<Cell>> rows = values.stream()
                .map(value -> columns.stream()
                        .map(column -> column.cell().apply(value))
                        .toList())
                .toList();
        List<String> styles =
                IntStream.range(0, columns.size()).mapToObj(c -> style(c, rows)).toList();
        for (int c = 0; c < columns.size(); c++) {
            heading(html, c, styles);
        }
        html.close().close().open("tbody");
        rows.forEach(row -> row(html, row, styles));
        html.close().close().close();
    }

    private void heading(Html html, int index, List<String> styles) {
        TableColumn<T> column = columns.get(index);
        String sort = index == sortedColumn ? order.name().toLowerCase(Locale.ROOT) : null;
        boolean sortable = values.size() > 1 && !fixed;
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
                column.kind() == ColumnKind.TEXT ? null : "descending");
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
            TableColumn<T> column = columns.get(c);
            Double value = cell.value();
            html.open(
                    c == 0 ? "th" : "td",
                    "scope",
                    c == 0 ? "row" : null,
                    "class",
                    styles.get(c),
                    "data-v",
                    column.kind() == ColumnKind.TEXT ? null : plain(value));
            Cell.Bar bar = cell.bar();
            if (bar != null) {
                bar(html, bar);
            }
            html.element(column.kind() == ColumnKind.TEXT ? "bdi" : "span", cell.text());
            html.close();
        }
        html.close();
    }

    private String style(int column, List<List<Cell>> rows) {
        return switch (columns.get(column).kind()) {
            case NUMBER -> "n";
            case BAR -> "n b";
            case TEXT -> rows.stream().allMatch(row -> row.get(column).text().length() <= SHORT) ? "s" : "l";
        };
    }

    /** Formats a number for JavaScript, with enough digits for sorting; empty if there is none. */
    private static String plain(@Nullable Double value) {
        if (value == null || !Double.isFinite(value)) {
            return "";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString(Math.round(value))
                : PageText.format("%.7g", value);
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
        return PageText.format("%.1f", 100 * Math.max(0, Math.min(1, share)));
    }
}
