package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.common.Versions;
import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Builds a page: a headline with figures, a table of contents, and sections. Its content security policy forbids all requests, and all
 * scripts and styles except its own. Not thread-safe.
 */
final class Page {
    private static final String STYLE = resource("report.css");
    private static final String SCRIPT = resource("report.js");
    private static final String POLICY = "default-src 'none'; img-src data:; style-src '" + hash(STYLE)
            + "'; script-src '" + hash(SCRIPT) + "'; base-uri 'none'; form-action 'none'";

    /** The logo: a cardinal's crest, drawn with eight points. */
    private static final String MARK =
            "<svg class=\"brand-mark\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M12 2l9 10-9 10-9-10z\"/>"
                    + "<path class=\"inner\" d=\"M12 7.5l4 4.5-4 4.5-4-4.5z\"/></svg>";

    private final String command;
    private final String headline;
    private final List<Consumer<Html>> lead = new ArrayList<>();
    private final List<Headline> figures = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();

    private record Headline(String name, String value, String note) {}

    private record Section(String id, String heading, Consumer<Html> content) {}

    /**
     * Creates a page.
     *
     * @param command command that wrote the output
     * @param headline result of the command
     */
    Page(String command, String headline) {
        this.command = command;
        this.headline = headline;
    }

    /** Adds a sentence below the headline. */
    Page lead(String sentence) {
        lead.add(html -> html.element("p", sentence, "class", "lead"));
        return this;
    }

    /** Adds a warning below the headline, if the text is not null. */
    Page warning(String title, @Nullable String text) {
        if (text != null) {
            lead.add(html -> callout(html, "callout warning", title, text));
        }
        return this;
    }

    /** Adds advice below the headline, if the text is not null. */
    Page advice(String title, @Nullable String text) {
        if (text != null) {
            lead.add(html -> advice(html, title, text));
        }
        return this;
    }

    /**
     * Adds a number to the list below the headline.
     *
     * @param note explanation, may be empty
     */
    Page figure(String name, String value, String note) {
        figures.add(new Headline(name, value, note));
        return this;
    }

    /**
     * Adds a section.
     *
     * @param id id that is unique in the page
     */
    Page section(String id, String heading, Consumer<Html> content) {
        sections.add(new Section(id, heading, content));
        return this;
    }

    /** Adds a section with the options and versions of a run. */
    Page options(Map<String, String> options, Map<String, String> versions) {
        return section("options", "Options and versions", html -> {
            html.open("div", "class", "pair");
            settings(html, "Options", "Option", options);
            settings(html, "Versions", "Program", versions);
            html.close();
        });
    }

    private static void settings(Html html, String name, String what, Map<String, String> values) {
        if (values.isEmpty()) {
            html.open("div", "class", "card").element("h3", name);
            note(html, "None recorded.");
            html.close();
            return;
        }
        new Table<>(name, values.entrySet())
                .text(what, Map.Entry::getKey)
                .text("Value", Map.Entry::getValue)
                .fixed()
                .card(html, name, null);
    }

    /** Writes advice. */
    static void advice(Html html, String title, String text) {
        callout(html, "callout", title, text);
    }

    private static void callout(Html html, String style, String title, String text) {
        html.open("p", "class", style).element("strong", title).text(" ").element("bdi", text);
        html.close();
    }

    /**
     * Writes a table of counts.
     *
     * @param record JSON object with the counts
     * @param meanings names of the counts with their meanings, in order; counts that the record does not have are left out
     */
    static void counts(Html html, JsonNode record, Map<String, String> meanings) {
        List<String> names = meanings.keySet().stream().filter(record::has).toList();
        new Table<>("Counts", names)
                .text("Count", name -> name)
                .number("Number", name -> Cell.count(Json.count(record, name)))
                .text("Meaning", name -> meanings.getOrDefault(name, ""))
                .fixed()
                .card(html, null, null);
    }

    /** Writes the notes of a record: sentences about how the truth was read. */
    static void notes(Html html, JsonNode record) {
        Json.texts(record.path("notes")).forEach(note -> note(html, sentence(note)));
    }

    private static String sentence(String note) {
        return note.isEmpty() ? note : note.substring(0, 1).toUpperCase(Locale.ROOT) + note.substring(1) + ".";
    }

    /** Writes a table of truths that match no class; nothing if there are none. */
    static void unmatched(Html html, List<JsonNode> truths) {
        if (!truths.isEmpty()) {
            new Table<>("Truths that match no class", truths)
                    .text("Truth", Json.texts("truth"))
                    .number("Images", Json.counts("count"))
                    .sorted(Table.Order.DESCENDING)
                    .card(html, "Truths that match no class", null);
        }
    }

    /** Writes a remark about a chart or table. */
    static void note(Html html, String text) {
        html.element("p", text, "class", "note");
    }

    /** Returns the HTML of the page. */
    @Override
    public String toString() {
        Html html = new Html().raw("<!DOCTYPE html>\n").open("html", "lang", "en");
        head(html);
        html.open("body").element("a", "Skip to the report", "class", "skip", "href", "#report");
        header(html);
        html.open("main", "id", "report");
        for (Section section : sections) {
            html.open("section", "id", section.id(), "aria-labelledby", section.id() + "-heading");
            html.element("h2", section.heading(), "id", section.id() + "-heading");
            section.content().accept(html);
            html.close();
        }
        html.close();
        html.open("footer")
                .text("Made by Cardinal " + Versions.cardinal() + ". This page makes no network requests.")
                .close();
        html.open("script").raw(SCRIPT).close().close().close();
        return html.raw("\n").toString();
    }

    private void head(Html html) {
        html.open("head");
        html.empty("meta", "charset", "utf-8");
        html.empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.empty("meta", "name", "color-scheme", "content", "light dark");
        html.empty("meta", "name", "referrer", "content", "no-referrer");
        html.empty("link", "rel", "icon", "href", "data:,");
        html.element("title", headline + " \u00b7 Cardinal " + command);
        html.open("style").raw(STYLE).close().close();
    }

    private void header(Html html) {
        html.open("header");
        html.open("p", "class", "brand").raw(MARK).element("b", "Cardinal").element("span", command);
        html.close();
        html.element("h1", headline);
        lead.forEach(sentence -> sentence.accept(html));
        if (!figures.isEmpty()) {
            html.open("dl", "class", "figures");
            for (Headline figure : figures) {
                html.open("div").element("dt", figure.name()).element("dd", figure.value(), "class", "value");
                if (!figure.note().isEmpty()) {
                    html.element("dd", figure.note());
                }
                html.close();
            }
            html.close();
        }
        html.open("nav", "aria-label", "Contents").open("ul");
        for (Section section : sections) {
            html.open("li").element("a", section.heading(), "href", "#" + section.id());
            html.close();
        }
        html.close().close().close();
    }

    private static String hash(String text) {
        byte[] digest = FileHash.digest().digest(text.getBytes(StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(digest);
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            // Browsers normalize line ends before they compare the content with the hash in the policy.
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
