package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.cli.CommandLines;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks documents against the code: links, options of commands, explained messages, and the list of packages. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(#[^)\\s]*)?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern CONCATENATION = Pattern.compile("\"\\s*\\+\\s*\"");
    private static final int SHORTEST_PART = 4;

    private static final int MOST_WORDS_OF_README = 900;
    private static final String COMMAND = "(" + String.join("|", CommandLines.commands()) + ")\\b([^`\n]*)";

    /** A command after a launcher or the job jar, or a code span that begins with a command and an option. */
    private static final Pattern COMMAND_LINE = Pattern.compile(
            "(?:(?<![\\w./-])cardinal|local/cardinal|cardinal\\.jar|kubernetes/submit|`(?=[a-z]+ --)) ?" + COMMAND);

    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*");
    private static final Pattern PACKAGE_ROW = Pattern.compile("(?m)^\\| `(dev\\.cardinal[a-z.]*)` \\|");

    @ParameterizedTest
    @MethodSource("documents")
    void everyLinkLeadsToAFileOrAHeading(Path document) throws IOException {
        Matcher link = LINK.matcher(Files.readString(document));
        List<String> broken = new ArrayList<>();
        while (link.find()) {
            Path target = link.group(1).isEmpty()
                    ? document
                    : document.resolveSibling(link.group(1)).normalize();
            if (!Files.exists(target)
                    || (link.group(2) != null && !anchors(target).contains(link.group(2)))) {
                broken.add(link.group());
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void everyExplainedMessageIsOneOfTheCode() throws IOException {
        String sources = sources();
        List<String> explained = new ArrayList<>();
        boolean explains = false;
        for (String line : Files.readAllLines(ROOT.resolve("docs/troubleshooting.md"))) {
            explains = line.startsWith("| message has") || (explains && line.startsWith("|"));
            if (explains && line.startsWith("| `")) {
                Matcher code = CODE.matcher(line.split("\\|", 3)[1]);
                while (code.find()) {
                    Stream.of(code.group(1).split("\\.\\.\\.|\\[\\.\\.\\]", -1))
                            .map(String::strip)
                            .filter(part -> part.length() >= SHORTEST_PART)
                            .forEach(explained::add);
                }
            }
        }
        assertThat(explained).hasSizeGreaterThan(10);
        assertThat(explained.stream().filter(part -> !sources.contains(part))).isEmpty();
    }

    @Test
    void everyOptionOfACommandInADocumentExists() throws IOException {
        List<String> used = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (Path document : documents()) {
            String text = Files.readString(document).replaceAll(" *\\\\\n *", " ");
            Matcher line = COMMAND_LINE.matcher(text);
            while (line.find()) {
                String command = line.group(1);
                OPTION.matcher(line.group(2)).results().map(MatchResult::group).forEach(option -> {
                    used.add(option);
                    if (!CommandLines.options(command).contains(option)) {
                        unknown.add(ROOT.relativize(document) + ": " + command + " " + option);
                    }
                });
            }
        }
        assertThat(used).hasSizeGreaterThan(150);
        assertThat(unknown).isEmpty();
    }

    @Test
    void readmeFitsOnAScreen() throws IOException {
        assertThat(Files.readString(ROOT.resolve("README.md")).strip().split("\\s+"))
                .hasSizeLessThanOrEqualTo(MOST_WORDS_OF_README);
    }

    @Test
    void architectureListsEveryPackage() throws IOException {
        List<String> listed = PACKAGE_ROW
                .matcher(Files.readString(ROOT.resolve("docs/architecture.md")))
                .results()
                .map(row -> row.group(1))
                .toList();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(packages());
    }

    /** Returns the packages in the main code of the three modules. */
    private static Set<String> packages() throws IOException {
        Set<String> packages = new TreeSet<>();
        for (String module : List.of("model-zoo", "udf", "spark-job")) {
            Path sources = ROOT.resolve(module).resolve("src/main/java");
            try (Stream<Path> files = Files.walk(sources)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .map(file ->
                                sources.relativize(file.getParent()).toString().replace(File.separatorChar, '.'))
                        .forEach(packages::add);
            }
        }
        return packages;
    }

    /** Returns the text of all classes, with concatenated string literals joined. */
    private static String sources() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().matches(".*/src/main/java/.*\\.java"))
                    .map(DocumentsTest::read)
                    .map(source -> CONCATENATION.matcher(source).replaceAll(""))
                    .collect(Collectors.joining("\n"));
        }
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file ->
                            !ROOT.relativize(file).toString().matches("(.*/)?(target|node_modules|cardinal-demo)/.*"))
                    .toList();
        }
    }

    /** Returns the anchors that a forge generates for the headings of a document. */
    private static List<String> anchors(Path document) {
        return HEADING.matcher(read(document))
                .results()
                .map(heading -> "#"
                        + heading.group(1)
                                .toLowerCase(Locale.ROOT)
                                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                                .replace(' ', '-'))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
