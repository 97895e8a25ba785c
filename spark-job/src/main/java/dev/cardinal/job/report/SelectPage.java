package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page of {@code select}. */
final class SelectPage {
    private static final int MOST_CLASSES = 1000;

    /** The counts of a run, in the order in which images are left out, and what they mean. */
    private static final Map<String, String> COUNTS = new LinkedHashMap<>();

    static {
        COUNTS.put("rows", "rows of the predictions");
        COUNTS.put("not_ok", "rows that are not ok");
        COUNTS.put("incomplete", "images that not every teacher has ok");
        COUNTS.put("excluded", "images that --exclude names");
        COUNTS.put("duplicates", "copies of an image that counts already");
        COUNTS.put("refused_nan", "images with a score that is no number");
        COUNTS.put("images", "images considered");
        COUNTS.put("candidates", "pairs of image and class considered");
        COUNTS.put("selected", "pairs of image and class selected");
    }

    private final SelectSummary summary;
    private final JsonNode run;
    private final List<SelectedClass> ranked;

    private SelectPage(SelectSummary summary) {
        this.summary = summary;
        this.run = summary.run();
        this.ranked = summary.classes().stream()
                .filter(of -> of.selected() > 0 && Double.isFinite(of.cutOff()))
                .sorted(Comparator.comparingDouble(SelectedClass::cutOff)
                        .reversed()
                        .thenComparingInt(SelectedClass::index))
                .toList();
    }

    static String of(SelectSummary summary) {
        return new SelectPage(summary).write();
    }

    private String write() {
        JsonNode counts = run.path("counts");
        long selected = Json.count(counts, "selected");
        long shortClasses = Json.count(run, "short_classes");
        long classes = summary.classes().size();
        Page page = new Page("select", Text.count(selected, "pseudo\u2011label", "pseudo\u2011labels") + " selected")
                .lead(lead())
                .warning("Some classes are short.", shortClasses == 0 ? null : shortInWords(shortClasses, classes));
        page.figure("Selected", Text.count(selected), "pairs of image and class");
        page.figure("Images considered", Text.count(Json.count(counts, "images")), "");
        page.figure("Classes", Text.count(classes), Text.count(shortClasses, "is short", "are short"));
        page.figure(
                "Median cut-off score",
                ranked.isEmpty()
                        ? Text.NONE
                        : Text.score(ranked.get(ranked.size() / 2).cutOff()),
                "of classes");
        page.figure("Took", Text.duration(Json.number(run, "seconds")), "");
        page.section("counts", "Counts", this::counts);
        page.section("scores", "Scores", this::scores);
        page.section("classes", "Classes", this::classes);
        page.section("images", "Images", this::images);
        Map<String, String> options = new LinkedHashMap<>(Json.fields(run.path("options")));
        options.putIfAbsent("predictions", String.join("\n", Json.texts(run.path("predictions"))));
        return page.options(options, Json.fields(run.path("versions"))).toString();
    }

    private String lead() {
        List<String> models = Json.texts(run.path("models"));
        String finished = Json.text(run, "finished");
        return "From " + Text.count(Json.count(run.path("counts"), "images"), "image", "images")
                + (models.isEmpty() ? "" : ", by " + String.join(" and ", models))
                + (finished == null ? "" : ", at " + Text.time(finished)) + ".";
    }

    private String shortInWords(long shortClasses, long classes) {
        long lacking =
                summary.classes().stream().mapToLong(SelectedClass::shortBy).sum();
        return Text.count(shortClasses) + " of " + Text.count(classes) + " have fewer candidates than asked for, "
                + Text.count(lacking) + " in all.";
    }

    private void counts(Html html) {
        Table table =
                new Table("Counts").text("Count").number("").text("Meaning").fixed();
        JsonNode counts = run.path("counts");
        COUNTS.forEach((name, meaning) -> {
            if (counts.has(name)) {
                table.row(Cell.of(name), Cell.count(Json.count(counts, name)), Cell.of(meaning));
            }
        });
        html.open("div", "class", "card");
        table.write(html);
        html.close();
    }

    private void scores(Html html) {
        if (ranked.isEmpty()) {
            Page.note(html, "Nothing was selected.");
            return;
        }
        html.open("div", "class", "charts");
        new CutOffCurve(ranked).write(html, "cut-off");
        summary.scores()
                .write(
                        html,
                        "selected",
                        "Scores of the selected",
                        "The score of each selected image for the class it was selected for.",
                        "score",
                        "selected");
        html.close();
    }

    private void classes(Html html) {
        List<SelectedClass> shown = new ArrayList<>(summary.classes());
        shown.sort(Comparator.comparingLong(SelectedClass::shortBy)
                .reversed()
                .thenComparing(SelectedClass::cutOff, Comparator.nullsLast(Comparator.naturalOrder()))
                .thenComparingInt(SelectedClass::index));
        html.open("div", "class", "card");
        if (shown.size() > MOST_CLASSES) {
            Page.note(
                    html,
                    Text.format(
                            "%s of %s classes: those that lack the most, then those with the lowest cut-off scores. All"
                                    + " are in classes/.",
                            Text.count(MOST_CLASSES), Text.count(shown.size())));
            shown = shown.subList(0, MOST_CLASSES);
        }
        long most = shown.stream().mapToLong(SelectedClass::selected).max().orElse(0);
        Table table = new Table("Classes")
                .text("Class")
                .number("Candidates")
                .bar("Selected")
                .number("Cut-off score", "the lowest selected score")
                .number("Short by", "selected images that it lacks")
                .sorted(Table.Order.DESCENDING)
                .number("Index");
        for (SelectedClass of : shown) {
            table.row(
                    Cell.of(of.label()),
                    Cell.count(of.candidates()),
                    Cell.countBar(of.selected(), most),
                    Cell.score(of.cutOff()),
                    Cell.count(of.shortBy()),
                    Cell.count(of.index()));
        }
        table.write(html);
        html.close();
    }

    private void images(Html html) {
        if (summary.sheets().isEmpty()) {
            Page.note(html, "Nothing was selected.");
            return;
        }
        Page.note(
                html,
                ranked.size() > summary.sheets().size()
                        ? "Classes from the highest cut-off score to the lowest, at even steps."
                        : "Classes from the highest cut-off score to the lowest.");
        for (SelectSummary.Sheet sheet : summary.sheets()) {
            html.open("div", "class", "card").open("h3");
            html.element("bdi", Text.shortened(sheet.of().label(), 80)).close();
            html.element(
                    "p",
                    Text.format(
                            "%s selected, cut-off score %s.",
                            Text.count(sheet.of().selected()),
                            Text.score(sheet.of().cutOff())));
            html.element("h4", sheet.lowest().isEmpty() ? "Selected" : "Highest");
            ContactSheet.write(html, sheet.highest(), summary.thumbnails());
            if (!sheet.lowest().isEmpty()) {
                html.element("h4", "Lowest");
                ContactSheet.write(html, sheet.lowest(), summary.thumbnails());
            }
            html.close();
        }
    }
}
