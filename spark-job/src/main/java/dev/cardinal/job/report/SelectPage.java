package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.stream.Stream;

/** Writes the page of {@code select}. */
final class SelectPage {
    private static final int MOST_CLASSES = 1000;

    /** Names of counts in {@code run.json}, with their meanings. */
    private static final Map<String, String> COUNTS = new LinkedHashMap<>();

    static {
        COUNTS.put("rows", "images in the tables");
        COUNTS.put("not_ok", "images that are ok for no teacher");
        COUNTS.put("incomplete", "images that are not ok for every teacher, or whose bytes differed");
        COUNTS.put("excluded", "images that --exclude lists");
        COUNTS.put("leaks", "images that look like an excluded one");
        COUNTS.put("duplicates", "images with the same bytes as another one");
        COUNTS.put("near_duplicates", "images that look like a better one");
        COUNTS.put("refused_nan", "images with a score that is NaN or infinite");
        COUNTS.put("images", "images that competed");
        COUNTS.put("candidates", "pairs of image and class that competed");
        COUNTS.put("selected", "pairs of image and class selected");
    }

    private final SelectSummary summary;
    private final Map<String, Thumbnail> thumbnails;
    private final JsonNode run;
    private final List<SelectedClass> ranked;

    /** @param thumbnails thumbnails of the images, by path */
    SelectPage(SelectSummary summary, Map<String, Thumbnail> thumbnails) {
        this.summary = summary;
        this.thumbnails = thumbnails;
        this.run = summary.run();
        this.ranked = summary.classes().stream()
                .filter(of -> of.selected() > 0 && Double.isFinite(of.cutOff()))
                .sorted(Comparator.comparingDouble(SelectedClass::cutOff)
                        .reversed()
                        .thenComparingInt(SelectedClass::index))
                .toList();
    }

    String html() {
        JsonNode counts = run.path("counts");
        long selected = Json.count(counts, "selected");
        long shortClasses = Json.count(run, "short_classes");
        long classes = summary.classes().size();
        Page page = new Page(
                        "select", PageText.count(selected, "pseudo\u2011label", "pseudo\u2011labels") + " selected")
                .lead(lead())
                .warning(
                        "Some classes have too few images.",
                        shortClasses == 0 ? null : shortInWords(shortClasses, classes));
        page.figure("Selected", PageText.count(selected), "pairs of image and class");
        page.figure("Images", PageText.count(Json.count(counts, "images")), "");
        page.figure(
                "Classes",
                PageText.count(classes),
                PageText.count(shortClasses, "has too few images", "have too few images"));
        page.figure(
                "Median cut-off score",
                ranked.isEmpty()
                        ? PageText.NONE
                        : PageText.score(ranked.get(ranked.size() / 2).cutOff()),
                "of classes");
        page.figure("Images of a class", median(), "median; " + range());
        long leaks = Json.count(counts, "leaks");
        long duplicates = Json.count(counts, "duplicates") + Json.count(counts, "near_duplicates");
        if (leaks + duplicates > 0) {
            page.figure("Duplicates removed", PageText.count(duplicates), "");
            page.figure("Leaks found", PageText.count(leaks), "look like an excluded image");
        }
        page.figure("Duration", PageText.duration(Json.number(run, "seconds")), "");
        page.section("counts", "Counts", html -> Page.counts(html, counts, COUNTS));
        page.section("scores", "Scores", this::scores);
        page.section("classes", "Classes", this::classes);
        page.section("images", "Images", this::images);
        if (!summary.similar().isEmpty()) {
            page.section("duplicates", "Duplicates", this::similar);
        }
        Map<String, String> options = new LinkedHashMap<>(Json.fields(run.path("options")));
        options.putIfAbsent("predictions", String.join("\n", Json.texts(run.path("predictions"))));
        return page.options(options, Json.fields(run.path("versions"))).toString();
    }

    /** Returns the median number of images that a class selected. */
    private String median() {
        List<Long> selected =
                summary.classes().stream().map(SelectedClass::selected).sorted().toList();
        return selected.isEmpty() ? PageText.NONE : PageText.count(selected.get(selected.size() / 2));
    }

    private String range() {
        LongSummaryStatistics selected =
                summary.classes().stream().mapToLong(SelectedClass::selected).summaryStatistics();
        return selected.getCount() == 0
                ? "no class"
                : "from " + PageText.count(selected.getMin()) + " to " + PageText.count(selected.getMax());
    }

    private void similar(Html html) {
        similar(
                html,
                true,
                "Leaks",
                "Images that were not selected because they look like an excluded one, next to it.");
        similar(
                html,
                false,
                "Near-duplicates",
                "Images that were not selected because they look like one with a higher score, next to it.");
    }

    private void similar(Html html, boolean isLeak, String heading, String text) {
        List<GalleryItem> items = summary.similar().stream()
                .filter(pair -> pair.isLeak() == isLeak)
                .flatMap(SelectPage::items)
                .toList();
        if (!items.isEmpty()) {
            html.open("div", "class", "card").element("h3", heading);
            html.element("p", text + " The pairs that differ most are shown; the table duplicates/ has all of them.");
            ContactSheet.write(html, items, thumbnails);
            html.close();
        }
    }

    /** Returns the two images of a pair. */
    static Stream<GalleryItem> items(SelectSummary.SimilarPair pair) {
        return Stream.of(
                new GalleryItem(pair.path(), List.of(line("not selected"), line(pair.likeness()))),
                new GalleryItem(pair.of(), List.of(line(pair.isLeak() ? "excluded" : "better"))));
    }

    private static GalleryItem.Line line(String text) {
        return new GalleryItem.Line(null, text, null, GalleryItem.Mark.NONE);
    }

    private String lead() {
        List<String> models = Json.texts(run.path("models"));
        String finished = Json.text(run, "finished");
        return "From " + PageText.count(Json.count(run.path("counts"), "images"), "image", "images")
                + (models.isEmpty() ? "" : ", by " + String.join(" and ", models))
                + (finished == null ? "" : ", at " + PageText.time(finished)) + ".";
    }

    private String shortInWords(long shortClasses, long classes) {
        long missing =
                summary.classes().stream().mapToLong(SelectedClass::shortBy).sum();
        return PageText.count(shortClasses) + " of " + PageText.count(classes)
                + " classes have fewer candidates than requested; " + PageText.count(missing)
                + " are missing in total.";
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
                        "Scores of the selection",
                        "The score of each selected image for the class that selected it.",
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
                    PageText.format(
                            "%s of %s classes: those with the most missing images, then those with the lowest cut-off"
                                    + " scores. The table classes/ has all of them.",
                            PageText.count(MOST_CLASSES), PageText.count(shown.size())));
            shown = shown.subList(0, MOST_CLASSES);
        }
        long most = shown.stream().mapToLong(SelectedClass::selected).max().orElse(0);
        new Table<>("Classes", shown)
                .text("Class", SelectedClass::label)
                .number("Candidates", of -> Cell.count(of.candidates()))
                .bar("Selected", of -> Cell.countBar(of.selected(), most))
                .number("Cut-off score", "the lowest selected score", of -> Cell.score(of.cutOff()))
                .number("Short by", "images missing from --k", of -> Cell.count(of.shortBy()))
                .sorted(Table.Order.DESCENDING)
                .number("Index", of -> Cell.index(of.index()))
                .write(html);
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
            html.element("bdi", PageText.shortened(sheet.of().label(), 80)).close();
            html.element(
                    "p",
                    PageText.format(
                            "%s selected, cut-off score %s.",
                            PageText.count(sheet.of().selected()),
                            PageText.score(sheet.of().cutOff())));
            html.element("h4", sheet.lowest().isEmpty() ? "Selected" : "Highest");
            ContactSheet.write(html, sheet.highest(), thumbnails);
            if (!sheet.lowest().isEmpty()) {
                html.element("h4", "Lowest");
                ContactSheet.write(html, sheet.lowest(), thumbnails);
            }
            html.close();
        }
    }
}
