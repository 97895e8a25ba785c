package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Documents say what is there: links lead somewhere, and the messages that are explained are those that the code has. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(#[^)\\s]*)?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern CONCATENATION = Pattern.compile("\"\\s*\\+\\s*\"");
    private static final int SHORTEST_PART = 4;

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
        for (String line : Files.readAllLines(ROOT.resolve("spark-job/docs/troubleshooting.md"))) {
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

    /** Every class, with its texts in one piece. */
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

    /** The names that a forge gives to the headings of a document. */
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
