package dev.cardinal.job;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Checks comments, messages and documents for phrases that are hard to read and for British spelling. In Java and Python it reads
 * comments and strings, in other files the whole text. A phrase is found across line breaks and across concatenated strings.
 */
class LanguageTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Set<String> SKIPPED_DIRECTORIES =
            Set.of("target", "target-fast", ".git", ".mvn", "node_modules", "cardinal-demo", "shared");

    private static final Pattern TEXT_FILE =
            Pattern.compile("(.*/)?(.+\\.(java|md|sh|py|ya?ml|xml|properties|conf|html|css|js|service|timer|sysusers)"
                    + "|Dockerfile(\\..+)?|NOTICE)|deploy/[^.]+|\\.ci/run");

    /** Words that are right in these files: names in formats and in other projects, and file names of fixtures. */
    private static final List<Allowed> ALLOWED = List.of(
            new Allowed(".*/LanguageTest\\.java", ".*"),
            new Allowed(".*/CardJsonTest\\.java", "\"licence\":"),
            new Allowed(".*", "aria-labelledby"),
            new Allowed("udf/src/test/.*", "grey[\\w.{}]*"),
            new Allowed("CHANGELOG\\.md", "(?:labelled|alreadyLabelled|labelling)\\("));

    private static final List<Rule> RULES = List.of(
            new Rule("to be had", "available"),
            new Rule("(?:is|are) had", "is read, is available"),
            new Rule("(?<!there )is none", "say what it is: 'is not a ...', 'is missing'"),
            new Rule(
                    "(?<!there )(?:is|are) no (?:whole|longer one|image|class|number|file|directory|table|model|card|glob|program)",
                    "is not a ..."),
            new Rule("where (?:there|none) (?:is|are|was|were|has|have)", "if there is"),
            new Rule("(?:null|empty|unset|zero) where", "null if"),
            new Rule("(?:or|but) where (?:the|it|that)", "or if"),
            new Rule("where (?:it|that|one) (?:has|was|does)", "if it has"),
            new Rule("(?:keeps?|holds) no", "has no, does not keep"),
            new Rule("(?<!\\b(?:a|one|first|second) )pass(?:es|ed|ing)? over", "skip"),
            new Rule("(?:lies?|lay) (?:in|below|before)", "is in"),
            new Rule("what (?:lies|came of)", "what is, the result of"),
            new Rule("(?:hold|holds|held|holding) to", "compare with, check against"),
            new Rule("beside", "next to, with, in addition to"),
            new Rule("(?:is|are|was|were|be) told|tells? (?:what|which|whether|why)", "report, detect, know"),
            new Rule("(?:is|are|was|were) asked (?:for|about)", "is requested"),
            new Rule("(?:is|are|was|were) looked at", "is checked"),
            new Rule("(?:is|are|was|were) taken for", "is classified as, is mistaken for"),
            new Rule("(?:is|are) to be", "must be"),
            new Rule("(?:is|are) said", "is reported, is printed"),
            new Rule("what is broken", "corrupt"),
            new Rule("(?:come|comes|came) by", "get"),
            new Rule("(?:goes|went|gone) on", "continue"),
            new Rule("whoever", "anyone who"),
            new Rule("commonest", "most frequent"),
            new Rule("tried again", "retried"),
            new Rule("behind (?:a )?[#`]+", "commented"),
            new Rule("among (?:the |all |its )?(?:tasks|threads|executors)", "between or across tasks"),
            new Rule("(?:images|rows|files|one) an? (?:second|line|class|file|minute|image)", "per second, per line"),
            new Rule("(?:so many|such many)", "this many"),
            new Rule("in all else", "otherwise"),
            new Rule("elsewhere than", "not in, outside of"),
            new Rule("as an option takes", "as an option value"),
            new Rule("for want of", "without, because there is no"),
            new Rule("\\w*labell(?:ed|ing|er)\\w*", "label, with one l"),
            new Rule("\\w*colour\\w*", "color"),
            new Rule("grey\\w*", "gray"),
            new Rule("catalogues?", "catalog"),
            new Rule("licences?", "license"),
            new Rule("behaviours?", "behavior"),
            new Rule("centres?|centred", "center"),
            new Rule("(?:neighbour|favour|honour)\\w*", "neighbor, favor, honor"),
            new Rule("artefacts?|defence", "artifact, defense"),
            new Rule("analys(?:e|ed|ing)", "analyze"),
            new Rule("(?:modell|signall|travell)(?:ed|ing)", "with one l"),
            new Rule(
                    "\\w*(?:normal|optim|initial|recogn|serial|parallel|material|general|special|standard|util|organ|synchron|final|"
                            + "summar|minim|maxim|token|vector|quant|memo|prior|categor|character|custom|emphas|local)"
                            + "is(?:e|es|ed|er|ing|ation)",
                    "-ize"));

    /** A regular expression for a phrase, found as whole words in any case, and what to write instead. */
    private record Rule(Pattern phrase, String instead) {
        Rule(String phrase, String instead) {
            this(Pattern.compile("(?<![\\w-])(?:" + phrase + ")(?!\\w)", Pattern.CASE_INSENSITIVE), instead);
        }
    }

    /** A regular expression for text that all rules ignore, in files whose paths match a pattern. */
    private record Allowed(Pattern file, Pattern text) {
        Allowed(String file, String text) {
            this(Pattern.compile(file), Pattern.compile(text));
        }
    }

    @Test
    void textIsPlainAmericanEnglish() throws IOException {
        List<String> problems = new ArrayList<>();
        for (Path file : files()) {
            String name = ROOT.relativize(file).toString().replace('\\', '/');
            problems.addAll(problems(name, Files.readString(file, StandardCharsets.UTF_8)));
        }
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            A.java | /** Empty if it is read where there\\n * is none. */   | A.java:1: 'where there is': write if there is
            A.java | int a;\\nString s = "the file lies" +\\n   " in " + b;  | A.java:2: 'lies in': write is in
            A.java | // It is passed\\n    // over here.                      | A.java:1: 'passed over': write skip
            A.java | int labelled = grey;                                     |
            a.py   | x = y if x is None else grey_16                          |
            a.py   | # the grey value                                         | a.py:1: 'grey': write gray
            a.md   | One.\\n\\nThe tasks among\\nthemselves, beside it        | a.md:4: 'beside': write next to, with, in addition to
            a.conf | # Comes\\n#   by broadcast                               | a.conf:1: 'Comes by': write get
            """)
    void phrasesAreFoundAcrossLines(String name, String text, @Nullable String expected) {
        List<String> problems = problems(name, text.replace("\\n", "\n"));

        assertThat(problems).isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    private static List<String> problems(String name, String source) {
        Prose prose = Prose.of(name, source);
        String text = prose.text.toString();
        for (Allowed allowed : ALLOWED) {
            if (allowed.file.matcher(name).matches()) {
                text = allowed.text.matcher(text).replaceAll(match -> " "
                        .repeat(match.group().length()));
            }
        }
        TreeMap<Integer, String> problems = new TreeMap<>();
        for (Rule rule : RULES) {
            Matcher match = rule.phrase.matcher(text);
            while (match.find()) {
                problems.put(
                        match.start(),
                        String.format(
                                Locale.ROOT,
                                "%s:%d: '%s': write %s",
                                name,
                                prose.line(match.start()),
                                match.group().strip(),
                                rule.instead));
            }
        }
        return List.copyOf(problems.values());
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return SKIPPED_DIRECTORIES.contains(directory.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = ROOT.relativize(file).toString().replace('\\', '/');
                if (TEXT_FILE.matcher(name).matches()) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        assertThat(files).hasSizeGreaterThan(500);
        return files;
    }

    /** The prose of a file in one line, with the positions of its parts in the file. */
    private static final class Prose {
        private static final Pattern JAVA = Pattern.compile(
                "\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])+'|//[^\n]*|/\\*.*?\\*/",
                Pattern.DOTALL);

        private static final Pattern PYTHON = Pattern.compile(
                "(\"\"\"|''').*?\\1|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])*'|#[^\n]*", Pattern.DOTALL);

        /** Removed from the prose: the end of a string that continues in another one, and the margin of a comment. */
        private static final Pattern BREAK =
                Pattern.compile("\"\\s*\\+\\s*\"|\\s*\n[ \t]*(?:\\*(?!/)|//+|#+(?=\\s))?[ \t]*");

        private final StringBuilder text = new StringBuilder();
        private final TreeMap<Integer, Integer> positions = new TreeMap<>();
        private final String source;

        private Prose(String source) {
            this.source = source;
        }

        static Prose of(String name, String source) {
            Prose prose = new Prose(source);
            if (!name.endsWith(".java") && !name.endsWith(".py")) {
                prose.add(0, source.length());
                return prose;
            }
            Matcher part = (name.endsWith(".java") ? JAVA : PYTHON).matcher(source);
            int start = -1;
            int end = -1;
            while (part.find()) {
                // Words without spaces in a string are names.
                if (part.group().matches("[\"'][^ ]*[\"']")) {
                    continue;
                }
                if (start >= 0 && source.substring(end, part.start()).matches("\\s*\\+?\\s*")) {
                    end = part.end();
                    continue;
                }
                if (start >= 0) {
                    prose.add(start, end);
                }
                start = part.start();
                end = part.end();
            }
            if (start >= 0) {
                prose.add(start, end);
            }
            return prose;
        }

        private void add(int start, int end) {
            Matcher matcher = BREAK.matcher(source).region(start, end);
            int from = start;
            while (matcher.find()) {
                append(from, matcher.start());
                text.append(matcher.group().startsWith("\"") ? "" : " ");
                from = matcher.end();
            }
            append(from, end);
            text.append('\n');
        }

        private void append(int start, int end) {
            positions.put(text.length(), start);
            text.append(source, start, end);
        }

        /** Returns the line of the file, from 1, that has a position of the text. */
        int line(int position) {
            Map.Entry<Integer, Integer> part = requireNonNull(positions.floorEntry(position));
            int place = part.getValue() + position - part.getKey();
            return 1
                    + (int) source.substring(0, place)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
        }
    }
}
