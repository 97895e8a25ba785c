package dev.cardinal.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cardinal.job.report.LabelSummary.NotOk;
import dev.cardinal.job.report.LabelSummary.Predicted;
import dev.cardinal.job.report.SelectSummary.Sheet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests pages of outputs that are empty, unusual, hostile or large. */
class PagesTest {
    private static final int MANY = 21_841;
    private static final int LARGEST_PAGE = 2_000_000;
    private static final String HOSTILE = "</script><script>alert(1)</script>\"' onload=x \u202e";

    private static final JsonNode NOTHING = SampleOutputs.json("{}");

    static Stream<Arguments> everyPage() {
        return Stream.of(
                Arguments.of("label, no record", label("{}", List.of())),
                Arguments.of("label, no rows", label("""
                        {"outcome": "done", "counts": {}, "run_counts": {}, "images_per_second": 0.0, "model":
                        {"id": "m@1", "classes": []}, "stage_seconds": {}, "devices": [], "options": {}, "macs": null}
                        """, List.of())),
                Arguments.of("label, one class", label("""
                        {"outcome": "done", "counts": {"ok": 1}, "run_counts": {"ok": 1}, "images_per_second": 0.5,
                        "model": {"id": "m@1", "classes": [{"name": "only"}]}, "stage_seconds": {"infer": 0.0}}
                        """, List.of(new Predicted(0, "only", 1, null)))),
                Arguments.of("select, no record", select(NOTHING, List.of())),
                Arguments.of(
                        "select, nothing selected",
                        select(NOTHING, List.of(new SelectedClass(0, "only", 0, 0, Double.NaN, 16_000)))),
                Arguments.of("select, one class", select(NOTHING, List.of(new SelectedClass(0, "only", 9, 9, 0.5, 0)))),
                Arguments.of("evaluate, no record", new EvaluatePage(NOTHING, Map.of()).html()),
                Arguments.of("evaluate, nulls", new EvaluatePage(SampleOutputs.json("""
                        {"model": "m@1", "n": 1, "top1": 1.0, "top1_low": 0.2, "top1_high": 1.0, "top5": null, "ece":
                        "NaN", "mce": "NaN", "nll": null, "temperature": null, "reliability": [{"low": 0, "high":
                        0.067, "n": 0, "accuracy": null, "confidence": null}], "confusions": [], "per_class":
                        [{"class_index": 0, "label": "only", "n": 0, "top1": null, "predicted": 0, "precision":
                        null}], "errors": [], "selection": null, "unmatched": [], "classes_without_truth": ["only"]}
                        """), Map.of()).html()),
                Arguments.of(
                        "evaluate, selection without truth",
                        new EvaluatePage(SampleOutputs.json("""
                        {"n": 1, "selection": [{"k": 5, "selected": 3, "with_truth": 0, "precision": null, "low": null,
                        "high": null, "per_class": []}]}
                        """), Map.of()).html()),
                Arguments.of("compare, no record", new ComparePage(NOTHING, Map.of()).html()),
                Arguments.of("compare, no truth", new ComparePage(SampleOutputs.json("""
                        {"n": 7, "with_truth": 0, "incomplete": 0, "teachers": [{"predictions": ["a"], "model": "m@1",
                        "precision": "fp32", "n": 7, "top1": null, "macs": null, "images_per_second": 0.0},
                        {"predictions": ["b"], "model": "m@1", "precision": "bf16", "n": 7, "top1": null}],
                        "pairs": [{"a": 0, "b": 1, "n": 7, "agreement": 1.0, "kappa": "NaN", "difference": null}],
                        "disagreements": [], "recommendation": null}
                        """), Map.of()).html()),
                Arguments.of("label, 21,841 classes", manyClasses()),
                Arguments.of("select, 21,841 classes", manySelected()),
                Arguments.of("evaluate, 21,841 classes", manyEvaluated()),
                Arguments.of("label, hostile", hostileLabel()),
                Arguments.of("select, hostile", hostileSelection()),
                Arguments.of("evaluate, hostile", hostileMetrics()),
                Arguments.of("compare, hostile", hostileComparison()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("everyPage")
    void pageIsWholeBoundedAndHasNoMarkupFromData(String name, String page) {
        assertThat(page).startsWith("<!DOCTYPE html>\n<html lang=\"en\">").endsWith("</body></html>\n");
        assertThat(page.getBytes(StandardCharsets.UTF_8).length).isLessThan(LARGEST_PAGE);
        assertThat(page.split("<script", -1)).as("scripts").hasSize(2);
        assertThat(page.substring(page.indexOf("<body>"), page.indexOf("<script")))
                .doesNotContain(HOSTILE, "alert(1)</script>", "\u202e", "NaN", "null", "Infinity");
        assertThat(Pattern.compile("(href|src)=\"(?!#|data:)").matcher(page).find())
                .as("addresses")
                .isFalse();
        assertThat(Pattern.compile(" style=| on[a-z]+=\"").matcher(page).find())
                .as("styles and handlers")
                .isFalse();
    }

    @Test
    void policyAllowsItsOwnScriptAndNothingElse() {
        assertThat(new EvaluatePage(NOTHING, Map.of()).html())
                .containsPattern(
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; img-src"
                                + " data:; style-src &#39;sha256-[A-Za-z0-9+/=]{44}&#39;; script-src"
                                + " &#39;sha256-[A-Za-z0-9+/=]{44}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;\">");
    }

    @Test
    void ambiguousImagesAndNotesAreShown() {
        JsonNode record = SampleOutputs.json("""
                {"n": 8, "unmatched_images": 3, "ambiguous_images": 2, "notes":
                ["the truth of 2 images is a name of several classes (for example '<b>crane</b>')"]}
                """);

        assertThat(List.of(new EvaluatePage(record, Map.of()).html(), new ComparePage(record, Map.of()).html()))
                .allSatisfy(page -> assertThat(page)
                        .contains("<bdi>ambiguous_images</bdi>")
                        .contains("The truth of 2 images is a name of several classes (for example"
                                + " &#39;&lt;b&gt;crane&lt;/b&gt;&#39;)."));
    }

    @Test
    void largeTablesSayHowManyClassesTheyOmit() {
        assertThat(manyClasses()).contains("The 1,000 most frequent of 21,841 classes", "The 30 most frequent classes");
        assertThat(manySelected()).contains("1,000 of 21,841 classes: those with the most missing images");
        assertThat(manyEvaluated()).contains("The 1,000 of 21,841 classes with the lowest top-1");
    }

    @Test
    void classesWithTheLowestTop1AreShown() {
        String page = manyEvaluated();

        assertThat(page).contains("<bdi>class 0</bdi>", "<bdi>class 999</bdi>").doesNotContain("<bdi>class 1000</bdi>");
    }

    @Test
    void classesWithoutPredictionsAreListed() {
        String page = label("""
                {"counts": {"ok": 2}, "model": {"id": "m@1", "classes": [{"name": "ant"}, {"name": "bee"},
                {"name": "bee"}]}}
                """, List.of(new Predicted(1, "bee", 2, 0.75)));

        assertThat(page)
                .contains("2 classes were never predicted.")
                .contains("<dt>Classes predicted</dt><dd class=\"value\">1</dd><dd>of 3</dd>")
                .contains("<td class=\"n\" data-v=\"0.7500000\"><span>0.750</span></td>");
        assertThat(page.split("<bdi>bee</bdi>", -1))
                .as("classes with the same name")
                .hasSize(3);
    }

    @ParameterizedTest
    @MethodSource
    void failedOrUnfinishedRunIsReported(String run, String words) {
        assertThat(label(run, List.of()))
                .contains("The last run did not end normally.")
                .contains(words);
    }

    static Stream<Arguments> failedOrUnfinishedRunIsReported() {
        return Stream.of(
                Arguments.of("{\"outcome\": \"running\"}", "It is still running, or it was killed."),
                Arguments.of(
                        "{\"outcome\": \"gate-exceeded\"}", "More rows are not ok than --max-bad-fraction allows."),
                Arguments.of("{\"outcome\": \"failed\", \"error\": \"disk <full>\"}", "failed: disk &lt;full&gt;"));
    }

    @Test
    void stagesShowTheirShareOfTheTasksTime() {
        String page = label("""
                {"outcome": "done", "run_counts": {"ok": 90, "empty": 10}, "images_per_second": 8.0, "macs": 2000,
                "bytes": 5000000, "stage_seconds": {"fetch": 3.0, "wait": 5.0, "infer": 15.0},
                "bottleneck": {"stage": "model", "share": 0.75, "advice": "the model took 75 % of the time"}}
                """, List.of());

        assertThat(page)
                .contains("<strong>Bottleneck:</strong> <bdi>the model took 75 % of the time</bdi>")
                .contains("the model computes (bottleneck)")
                .contains("<td class=\"n\" data-v=\"0.2500000\"><span>25.0\u202f%</span></td>")
                .contains("<td class=\"n\" data-v=\"0.7500000\"><span>75.0\u202f%</span></td>")
                .contains("<td class=\"n\" data-v=\"12.50000\"><span>13 s</span></td>")
                .contains("<td class=\"n\" data-v=\"16000\"><span>16\u202fk</span></td>")
                .doesNotContain("did not end normally");
    }

    @Test
    void cutOffCurveDescribesItsEndsAndItsMedian() {
        String page = select(
                NOTHING,
                List.of(
                        new SelectedClass(0, "low", 5, 5, 0.25, 0),
                        new SelectedClass(1, "high", 5, 5, 0.75, 0),
                        new SelectedClass(2, "none", 0, 0, Double.NaN, 5),
                        new SelectedClass(3, "middle", 5, 4, 0.5, 1)));

        assertThat(page)
                .contains(
                        "Of 3 classes, the highest cut-off score is 0.750 (high), the median 0.500, the lowest 0.250 (low).")
                .contains("fewer than requested")
                .containsPattern("class=\"dot odd\"[^>]*><title>middle: 0\\.500</title>");
    }

    @Test
    void reliabilityIsDrawnForBinsWithImages() {
        String page = new EvaluatePage(SampleOutputs.json("""
                {"n": 4, "reliability": [{"low": 0.0, "high": 0.5, "n": 0, "accuracy": null, "confidence": null},
                {"low": 0.5, "high": 1.0, "n": 4, "accuracy": 0.5, "confidence": 0.75}],
                "temperature": {"value": 1.5, "nll": 0.4, "ece": 0.1}, "nll": 0.5, "ece": 0.25}
                """), Map.of()).html();

        assertThat(page)
                .contains("<title>0.50 to 1.00: 4 images, mean score 75.0\u202f%, correct 50.0\u202f%</title>")
                .doesNotContain("<title>0.00 to 0.50: 0 images")
                .contains("<td class=\"n\" data-v=\"-0.2500000\"><span>-25.0</span></td>")
                .contains(
                        "With logits divided by a temperature of 1.500, the NLL is 0.400 instead of 0.500, and the ECE is"
                                + " 10.0\u202f% instead of 25.0\u202f%.");
    }

    @Test
    void withoutTruthOnlyAgreementIsShown() {
        String page = new ComparePage(SampleOutputs.json("""
                {"n": 7, "with_truth": 0, "teachers": [{"model": "a@1"}, {"model": "b@2"}],
                "pairs": [{"a": 0, "b": 1, "agreement": 0.5, "kappa": 0.25}]}
                """), Map.of()).html();

        assertThat(page)
                .contains("Without a truth, this page shows where the teachers agree, not which one is right.")
                .contains("A and B", "50.0\u202f%", "0.250")
                .doesNotContain("McNemar", "Top-1");
    }

    @Test
    void classWithTheNameOfTheTruthIsWrongIfItsIndexDiffers() {
        List<GalleryItem> pictures = ComparePage.disagreements(SampleOutputs.json("""
                {"disagreements": [{"path": "a", "truth_index": 1, "truth_label": "crane", "predictions": [
                {"class_index": 1, "label": "crane", "score": 0.5}, {"class_index": 2, "label": "crane", "score": 0.5}]},
                {"path": "b", "truth_index": null, "truth_label": null, "predictions": [
                {"class_index": 1, "label": "crane", "score": 0.5}]}]}
                """));

        assertThat(pictures.get(0).lines())
                .extracting(GalleryItem.Line::mark)
                .containsExactly(GalleryItem.Mark.RIGHT, GalleryItem.Mark.WRONG, GalleryItem.Mark.NONE);
        assertThat(pictures.get(1).lines()).extracting(GalleryItem.Line::mark).containsExactly(GalleryItem.Mark.NONE);
    }

    @Test
    void classesShowTop5AndTheIntervalOfTheirPrecision() {
        String page = new EvaluatePage(SampleOutputs.json("""
                {"n": 4, "per_class": [{"class_index": 0, "label": "ant", "n": 4, "top1": 0.25, "top5": 0.75}],
                "selection": [{"k": 2, "selected": 2, "with_truth": 2, "precision": 0.5, "low": 0.1, "high": 0.9,
                "per_class": [{"label": "ant", "selected": 2, "with_truth": 2, "precision": 0.5, "low": 0.095, "high":
                0.905}]}]}
                """), Map.of()).html();

        assertThat(page).contains("Top-5", "75.0\u202f%").contains(PageText.interval(0.095, 0.905));
    }

    @Test
    void onlyCountsInTheRecordAreShown() {
        String page = new ComparePage(SampleOutputs.json("""
                {"n": 1234, "changed": 5, "unmatched": [{"truth": "<unicorn>", "count": 7}]}
                """), Map.of()).html();

        assertThat(page)
                .contains("<bdi>n</bdi></th><td class=\"n\" data-v=\"1234\"><span>1,234</span>")
                .contains("<bdi>changed</bdi></th><td class=\"n\" data-v=\"5\">")
                .contains("<bdi>&lt;unicorn&gt;</bdi></th><td class=\"n\" data-v=\"7\">")
                .doesNotContain("<bdi>refused_nan</bdi>");
    }

    @Test
    void contactSheetShowsImagesWithCaptions() {
        Html html = new Html();
        ContactSheet.write(
                html,
                List.of(
                        GalleryItem.predicted("file:/a/<b>.png", "cat", 0.91, "dog", GalleryItem.Mark.WRONG),
                        GalleryItem.predicted("file:/a/c.png", "eel", null, null, GalleryItem.Mark.NONE)),
                Map.of("file:/a/<b>.png", Thumbnail.of("image/png", new byte[] {1, 2, 3}, 28, 14)));

        assertThat(html.toString())
                .contains(
                        "<img src=\"data:image/png;base64,AQID\" alt=\"cat 91.0\u202f%, truth dog; &lt;b&gt;.png\" width=\"112\""
                                + " height=\"56\" class=\"pixels\">")
                .contains(
                        "<span class=\"mark wrong\" aria-hidden=\"true\">\u2717</span><span class=\"unseen\">wrong: </span>")
                .contains("<p class=\"missing\"><span>no picture</span>not read</p>");
    }

    @Test
    void histogramCountsScoresAboveABound() {
        Histogram histogram = new Histogram(List.of(1L, 0L, 2L, 5L));

        assertThat(histogram.total()).isEqualTo(8);
        assertThat(histogram.shareFrom(2)).isEqualTo(0.875);
        assertThat(Histogram.empty().shareFrom(10)).isZero();
    }

    private static String label(String run, List<Predicted> classes) {
        return label(SampleOutputs.json(run), classes, List.of(), List.of());
    }

    private static String label(JsonNode run, List<Predicted> classes, List<GalleryItem> sample, List<NotOk> notOk) {
        return new LabelPage(new LabelSummary(run, Histogram.empty(), classes, sample, notOk), Map.of()).html();
    }

    private static String select(JsonNode run, List<SelectedClass> classes) {
        return new SelectPage(new SelectSummary(run, classes, Histogram.empty(), List.of(), List.of()), Map.of())
                .html();
    }

    private static ObjectNode object() {
        return (ObjectNode) SampleOutputs.json("{}");
    }

    private static String longName(int index) {
        return "class " + index;
    }

    private static String manyClasses() {
        ObjectNode run = object();
        ArrayNode names = run.putObject("model").put("id", "m@1").putArray("classes");
        IntStream.range(0, MANY).forEach(c -> names.addObject().put("name", longName(c)));
        return label(
                run,
                IntStream.range(0, MANY / 2)
                        .mapToObj(c -> new Predicted(c, longName(c), MANY - c, 0.5))
                        .toList(),
                List.of(),
                List.of());
    }

    private static String manySelected() {
        return select(
                NOTHING,
                IntStream.range(0, MANY)
                        .mapToObj(c -> new SelectedClass(c, longName(c), 20_000, 16_000, 1.0 - c / (2.0 * MANY), c % 2))
                        .toList());
    }

    private static String manyEvaluated() {
        ObjectNode metrics = object();
        ArrayNode classes = metrics.putArray("per_class");
        IntStream.range(0, MANY).forEach(c -> classes.addObject()
                .put("class_index", c)
                .put("label", longName(c))
                .put("n", 50)
                .put("top1", (double) c / MANY)
                .put("top1_low", (double) c / MANY - 0.1)
                .put("top1_high", (double) c / MANY + 0.1));
        ArrayNode without = metrics.putArray("classes_without_truth");
        IntStream.range(0, MANY).forEach(c -> without.add(longName(c)));
        return new EvaluatePage(metrics, Map.of()).html();
    }

    private static String hostileLabel() {
        ObjectNode run = object();
        run.put("outcome", HOSTILE)
                .put("error", HOSTILE)
                .put("finished", HOSTILE)
                .put("images_per_second", 1);
        run.putObject("model")
                .put("id", HOSTILE)
                .putArray("classes")
                .addObject()
                .put("name", HOSTILE);
        run.putObject("counts").put(HOSTILE, 3);
        run.putObject("run_counts").put(HOSTILE, 3);
        run.putObject("options")
                .put(HOSTILE, HOSTILE.repeat(400))
                .putArray("input")
                .add(HOSTILE)
                .add(HOSTILE);
        run.putObject("versions").put(HOSTILE, HOSTILE);
        run.putObject("bottleneck").put("stage", HOSTILE).put("advice", HOSTILE);
        run.putArray("devices")
                .addObject()
                .put("executor", HOSTILE)
                .put("host", HOSTILE)
                .put("warning", HOSTILE);
        return label(
                run,
                List.of(new Predicted(0, HOSTILE, 3, 0.5)),
                List.of(GalleryItem.predicted("file:/" + HOSTILE, HOSTILE, 0.5, HOSTILE, GalleryItem.Mark.RIGHT)),
                List.of(new NotOk(HOSTILE.repeat(400), HOSTILE, HOSTILE)));
    }

    private static String hostileSelection() {
        ObjectNode run = object();
        run.put("finished", HOSTILE).putArray("models").add(HOSTILE);
        run.putArray("predictions").addArray().add(HOSTILE);
        SelectedClass of = new SelectedClass(0, HOSTILE.repeat(400), 1, 1, 0.5, 1);
        List<GalleryItem> pictures = List.of(GalleryItem.predicted(HOSTILE, HOSTILE, 0.5, null, GalleryItem.Mark.NONE));
        SelectSummary summary = new SelectSummary(
                run,
                List.of(of),
                new Histogram(Collections.nCopies(Histogram.BINS, 3L)),
                List.of(new Sheet(of, pictures, pictures)),
                List.of(new SelectSummary.SimilarPair(true, HOSTILE, HOSTILE, HOSTILE)));
        return new SelectPage(summary, Map.of(HOSTILE, Thumbnail.missing(HOSTILE))).html();
    }

    private static String hostileMetrics() {
        List<String> classes = new ArrayList<>(Collections.nCopies(3, HOSTILE));
        ObjectNode metrics = object().put("model", HOSTILE).put("n", 1);
        metrics.putArray("confusions").addObject().put("truth_label", HOSTILE).put("predicted_label", HOSTILE);
        metrics.putArray("per_class").addObject().put("label", HOSTILE).put("top1", 0.5);
        metrics.putArray("errors")
                .addObject()
                .put("path", HOSTILE)
                .put("truth_label", HOSTILE)
                .put("predicted_label", HOSTILE);
        metrics.putArray("unmatched").addObject().put("truth", HOSTILE).put("count", 1);
        ArrayNode without = metrics.putArray("classes_without_truth");
        classes.forEach(without::add);
        metrics.putArray("selection")
                .addObject()
                .put("k", 1)
                .put("precision", 0.5)
                .putArray("per_class")
                .addObject()
                .put("label", HOSTILE);
        return new EvaluatePage(metrics, Map.of()).html();
    }

    private static String hostileComparison() {
        ObjectNode comparison = object().put("n", 1).put("with_truth", 1);
        comparison
                .putArray("teachers")
                .addObject()
                .put("model", HOSTILE)
                .put("precision", HOSTILE)
                .put("macs", 1e9)
                .put("top1", 0.5)
                .put("top1_low", 0.4)
                .put("top1_high", 0.6)
                .putArray("predictions")
                .add(HOSTILE);
        ObjectNode image = comparison.putArray("disagreements").addObject();
        image.put("path", HOSTILE).put("truth_label", HOSTILE);
        image.putArray("predictions").addObject().put("label", HOSTILE).put("score", 0.5);
        comparison
                .putObject("recommendation")
                .put("best", 0)
                .put("cheapest", 99)
                .put("reason", HOSTILE);
        return new ComparePage(comparison, Map.of()).html();
    }
}
