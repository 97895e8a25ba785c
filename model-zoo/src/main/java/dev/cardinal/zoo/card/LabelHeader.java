package dev.cardinal.zoo.card;

import dev.cardinal.zoo.CsvLine;
import java.util.List;
import java.util.Optional;

/**
 * Reads a text file that has more lines than the network has classes, because comments and a header precede the classes, or that has all
 * names on one line. The number of classes decides.
 */
final class LabelHeader {
    private LabelHeader() {}

    /**
     * Reads the labels.
     *
     * @param classes number of outputs of the network
     * @return empty if no such reading gives this number of classes
     */
    static Optional<LabelFile> read(String text, int classes) {
        if (text.startsWith("{") || text.startsWith("[")) {
            return Optional.empty();
        }
        List<String> lines = text.lines().toList();
        return lines.size() == 1 ? oneLine(text, classes) : belowHeader(lines, classes);
    }

    private static Optional<LabelFile> belowHeader(List<String> lines, int classes) {
        int comments = (int) lines.stream().takeWhile(LabelHeader::isComment).count();
        List<String> below = lines.subList(comments, lines.size());
        if (below.size() < classes) {
            return Optional.empty();
        }
        if (comments > 0) {
            LabelFile read = LabelFile.read(String.join("\n", below));
            if (read.labels().size() == classes) {
                return Optional.of(read.withCaution((comments == 1
                                ? "line 1, '" + lines.get(0).strip() + "', is a comment"
                                : "the first " + comments + " lines are comments")
                        + ", because the network has " + classes + " classes"));
            }
        }
        return LabelLines.readBelowHeader(below)
                .filter(read -> read.labels().size() == classes && isColumnOfClasses(read))
                .map(read -> read.withCaution("line " + (comments + 1) + ", '"
                        + below.get(0).strip() + "', is a header, because the network has " + classes + " classes"));
    }

    /** Returns whether every class has another name; a column with the labels of images repeats names. */
    private static boolean isColumnOfClasses(LabelFile read) {
        return read.format().equals(LabelLines.NAMES)
                || read.labels().stream().distinct().count() == read.labels().size();
    }

    private static boolean isComment(String line) {
        return line.startsWith("#") || line.startsWith("//");
    }

    private static Optional<LabelFile> oneLine(String line, int classes) {
        for (char separator : new char[] {',', ';'}) {
            List<String> names = CsvLine.split(line, separator).stream()
                    .map(name -> name == null ? "" : name.strip())
                    .toList();
            if (names.size() == classes && names.stream().noneMatch(String::isEmpty)) {
                return Optional.of(new LabelFile(
                        names.stream().map(name -> new ClassLabel(name, null)).toList(), "names on one line", null));
            }
        }
        return Optional.empty();
    }
}
