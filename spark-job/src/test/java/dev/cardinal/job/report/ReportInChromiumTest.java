package dev.cardinal.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.report.Chromium.Scheme;
import dev.cardinal.job.report.Chromium.Tab;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests every page in a headless Chromium; saves screenshots under {@code target/reports-screenshots/}. */
@Timeout(120)
class ReportInChromiumTest {
    private static final Path SCREENSHOTS = Path.of("target/reports-screenshots");
    private static final int DESKTOP = 1280;
    private static final int PHONE = 360;
    private static final int HEIGHT = 800;

    /** Chromium can still write to its profile while it stops. */
    @TempDir(cleanup = CleanupMode.ALWAYS)
    private static Path directory;

    private static final Map<String, URI> PAGES = new LinkedHashMap<>();

    private static @Nullable Chromium started;

    @BeforeAll
    static void makePages() throws IOException {
        Optional<Path> executable = Chromium.find();
        assumeTrue(
                executable.isPresent(),
                "no Chromium on the PATH: pages are not tested in a browser (Debian: apt-get install chromium)");
        ReportJob job = new ReportJob(TestSpark.session());
        SampleOutputs demo = SampleOutputs.demo(Files.createDirectory(directory.resolve("demo")));
        PAGES.put("label", URI.create(job.label(demo.label().toString())));
        PAGES.put("select", URI.create(job.select(demo.select(10).toString())));
        PAGES.put("evaluate", URI.create(job.evaluate(demo.evaluate().toString())));
        PAGES.put("compare", URI.create(job.compare(demo.compare().toString())));
        SampleOutputs imageNet = SampleOutputs.landscapes(Files.createDirectory(directory.resolve("imagenet")));
        PAGES.put("label-imagenet", URI.create(job.label(imageNet.label().toString())));
        Files.createDirectories(SCREENSHOTS);
        started = Chromium.start(executable.get(), Files.createDirectory(directory.resolve("profile")));
    }

    @AfterAll
    static void endChromium() {
        Chromium chromium = started;
        if (chromium != null) {
            chromium.close();
            assertThat(chromium.isAlive()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"label", "select", "evaluate", "compare", "label-imagenet"})
    void pageLoadsWithoutErrorsAndFitsEveryScreen(String name) throws IOException {
        String light;
        try (Tab tab = open(name, DESKTOP, Scheme.LIGHT)) {
            Files.write(SCREENSHOTS.resolve(name + "-light.png"), tab.screenshot());
            light = background(tab);
            assertClean(tab, name);
            assertThat(tab.evaluate("document.scripts.length").asInt()).isEqualTo(1);
            assertThat(tab.evaluate("document.images.length").asInt()).isGreaterThanOrEqualTo(24);
            assertThat(tab.evaluate("[...document.images].filter(i => !i.alt || !i.naturalWidth).length")
                            .asInt())
                    .as("images that are broken or have no alternative text")
                    .isZero();
            assertThat(texts(
                            tab,
                            "[...document.querySelectorAll('nav a')].filter(a =>"
                                    + " !document.querySelector(a.hash)).map(a => a.hash)"))
                    .as("broken links of the contents")
                    .isEmpty();
            assertThat(texts(
                            tab,
                            "[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) =>"
                                    + " all.indexOf(id) !== i)"))
                    .as("duplicate ids")
                    .isEmpty();
            assertThat(tab.evaluate(
                                    "[...document.querySelectorAll('svg[role=img]')].filter(s =>"
                                            + " !s.querySelector('title').textContent || !s.querySelector('desc').textContent).length")
                            .asInt())
                    .as("charts without a title or description")
                    .isZero();
        }
        try (Tab tab = open(name, DESKTOP, Scheme.DARK)) {
            Files.write(SCREENSHOTS.resolve(name + "-dark.png"), tab.screenshot());
            assertThat(background(tab)).isNotEqualTo(light);
            assertClean(tab, name);
        }
        try (Tab tab = open(name, PHONE, Scheme.LIGHT)) {
            Files.write(SCREENSHOTS.resolve(name + "-phone.png"), tab.screenshot());
            assertThat(tab.evaluate("document.documentElement.scrollWidth").asInt())
                    .as("width of the page on a phone")
                    .isLessThanOrEqualTo(PHONE);
            assertClean(tab, name);
        }
    }

    /** Contrast for small text according to the Web Content Accessibility Guidelines (WCAG 2.2, 1.4.3). */
    @ParameterizedTest
    @ValueSource(strings = {"LIGHT", "DARK"})
    void textsHaveEnoughContrast(Scheme scheme) throws IOException {
        try (Tab tab = open("evaluate", DESKTOP, scheme)) {
            assertThat(texts(tab, """
                    (() => {
                      const channels = c => c.match(/[\\d.]+/g).map(Number);
                      const light = c => {
                        const [r, g, b] = channels(c).map(v => v / 255)
                          .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                      };
                      const solid = e => {
                        const c = getComputedStyle(e).backgroundColor;
                        return (channels(c)[3] ?? 1) === 1 || !e.parentElement ? c : solid(e.parentElement);
                      };
                      return [...document.querySelectorAll('p, dt, dd, a, th, td, h1, h2, h3, h4, summary, button, .file')]
                        .map(e => {
                          const [a, b] = [light(getComputedStyle(e).color), light(solid(e))].sort((x, y) => y - x);
                          return [(a + 0.05) / (b + 0.05), e.tagName + '.' + e.className];
                        })
                        .filter(([contrast]) => contrast < 4.5).map(String);
                    })()""")).isEmpty();
        }
    }

    @Test
    void clickSortsNumbers() throws IOException {
        try (Tab tab = open("evaluate", DESKTOP, Scheme.LIGHT)) {
            String images = "#classes thead th:nth-child(5)";
            List<String> before = column(tab, "#classes", 5);

            tab.click(images + " button");

            assertThat(tab.evaluate("document.querySelector('" + images + "').getAttribute('aria-sort')")
                            .asText())
                    .isEqualTo("descending");
            assertThat(tab.evaluate("document.querySelectorAll('#classes [aria-sort]').length")
                            .asInt())
                    .isEqualTo(1);
            List<String> descending = column(tab, "#classes", 5);
            assertThat(numbers(descending)).isSortedAccordingTo((a, b) -> Double.compare(b, a));
            assertThat(descending).containsExactlyInAnyOrderElementsOf(before).isNotEqualTo(before);

            tab.click(images + " button");

            assertThat(tab.evaluate("document.querySelector('" + images + "').getAttribute('aria-sort')")
                            .asText())
                    .isEqualTo("ascending");
            assertThat(numbers(column(tab, "#classes", 5))).isSorted();
        }
    }

    @Test
    void enterKeySortsTexts() throws IOException {
        try (Tab tab = open("evaluate", DESKTOP, Scheme.LIGHT)) {
            List<String> before = column(tab, "#classes", 1);
            assertThat(before)
                    .as("initial order by top-1")
                    .isNotEqualTo(before.stream().sorted().toList());
            tab.evaluate("document.querySelector('#classes thead th button').focus()");

            tab.pressEnter();

            assertThat(column(tab, "#classes", 1))
                    .isEqualTo(before.stream().sorted().toList());
            assertThat(tab.evaluate("document.querySelector('#classes thead th').getAttribute('aria-sort')")
                            .asText())
                    .isEqualTo("ascending");
            assertThat(tab.evaluate("document.activeElement.textContent").asText())
                    .isEqualTo("Class");

            tab.pressEnter();

            assertThat(column(tab, "#classes", 1).get(0)).isEqualTo("Trouser");
            assertClean(tab, "evaluate");
        }
    }

    @Test
    void rowsWithoutANumberComeLastInBothOrders() throws IOException {
        try (Tab tab = open("label-imagenet", DESKTOP, Scheme.LIGHT)) {
            String table = "#classes > .card";
            String meanScore = table + " thead th:nth-child(3) button";
            for (String order : List.of("descending", "ascending")) {
                tab.click(meanScore);

                List<String> scores = column(tab, table, 3);
                assertThat(scores).as(order).hasSize(1000).endsWith("");
                int figures = scores.indexOf("");
                assertThat(scores.subList(figures, scores.size())).containsOnly("");
                List<Double> values = numbers(scores.subList(0, figures));
                assertThat(values)
                        .isSortedAccordingTo(
                                (a, b) -> order.equals("ascending") ? Double.compare(a, b) : Double.compare(b, a));
            }
        }
    }

    @Test
    void longTablesCanBeFiltered() throws IOException {
        try (Tab tab = open("label-imagenet", DESKTOP, Scheme.LIGHT)) {
            tab.evaluate("document.querySelector('#classes > .card input[type=search]').focus()");

            tab.type("Shark");

            assertThat(texts(
                            tab,
                            "[...document.querySelectorAll('#classes > .card tbody tr:not([hidden])')].map(r =>"
                                    + " r.cells[0].textContent)"))
                    .containsExactlyInAnyOrder("great white shark", "tiger shark");
        }
    }

    @Test
    void policyForbidsRequestsAndOtherScripts() throws IOException {
        try (Tab tab = open("compare", DESKTOP, Scheme.LIGHT)) {
            assertThat(tab.evaluate("""
                            new Promise(resolve => {
                              document.addEventListener('securitypolicyviolation', e => resolve(e.effectiveDirective));
                              new Image().src = 'http://127.0.0.1:1/a.png';
                            })""").asText()).isEqualTo("img-src");
            assertThat(tab.evaluate("""
                            new Promise(resolve => {
                              document.addEventListener('securitypolicyviolation', e => resolve(e.effectiveDirective));
                              const script = document.createElement('script');
                              script.textContent = 'window.intruder = true';
                              document.body.append(script);
                            })""").asText()).isEqualTo("script-src-elem");
            assertThat(tab.evaluate("window.intruder === undefined").asBoolean())
                    .isTrue();
        }
    }

    private static Tab open(String name, int width, Scheme scheme) throws IOException {
        return Objects.requireNonNull(started).open(page(name), width, HEIGHT, scheme);
    }

    /** Returns the address as Chromium writes it. */
    private static URI page(String name) {
        return Path.of(Objects.requireNonNull(PAGES.get(name))).toUri();
    }

    private static void assertClean(Tab tab, String name) {
        assertThat(tab.complaints()).isEmpty();
        assertThat(tab.requests()).containsExactly(page(name).toString());
    }

    private static String background(Tab tab) throws IOException {
        return tab.evaluate("getComputedStyle(document.body).backgroundColor").asText();
    }

    /** Returns the sort keys of a column, in the current order of the rows. */
    private static List<String> column(Tab tab, String table, int column) throws IOException {
        return texts(
                tab,
                "[...document.querySelectorAll('" + table + " tbody tr')].map(r => r.cells[" + (column - 1)
                        + "]).map(c => c.dataset.v ?? c.textContent)");
    }

    private static List<Double> numbers(List<String> texts) {
        return texts.stream().map(Double::valueOf).toList();
    }

    private static List<String> texts(Tab tab, String expression) throws IOException {
        List<String> texts = new ArrayList<>();
        for (JsonNode text : tab.evaluate(expression)) {
            texts.add(text.asText());
        }
        return texts;
    }
}
