package dev.cardinal.zoo.card;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the list or dictionary of class labels that a Python or JavaScript program assigns to a variable. Reads the text
 * only; executes nothing.
 */
final class LabelSourceCode {
    /** An assignment, up to the bracket that opens its value; the value may be in a call such as {@code OrderedDict(...)}. */
    private static final Pattern ASSIGNMENT = Pattern.compile(
            "^(?:export\\s+)?(?:default\\s+)?(?:(?:const|let|var)\\s+)?[A-Za-z_][\\w.]*\\s*(?::[^=\\n]*)?=\\s*"
                    + "(?:[A-Za-z_][\\w.]*\\(\\s*(?=[\\[{(]))?(?=[\\[{(])",
            Pattern.MULTILINE);

    /** What precedes the first assignment of a program: comments, a docstring and imports. */
    private static final Pattern PREAMBLE = Pattern.compile(
            "(?:\\s+|#[^\\n]*|//[^\\n]*|/\\*.*?\\*/|\"\"\".*?\"\"\"|'''.*?'''|(?:import|from)\\s[^\\n]*)*+",
            Pattern.DOTALL);

    private LabelSourceCode() {}

    /** Returns the value of the first assignment, with brackets instead of parentheses; empty if the text is not a program. */
    static Optional<String> collection(String text) {
        if (text.startsWith("(")) {
            return bracketed(text, 0).filter(value -> value.length() == text.length());
        }
        Matcher preamble = PREAMBLE.matcher(text);
        int start = preamble.lookingAt() ? preamble.end() : 0;
        Matcher assignment = ASSIGNMENT.matcher(text);
        return assignment.find(start) && assignment.start() == start
                ? bracketed(text, assignment.end())
                : Optional.empty();
    }

    /**
     * Returns the text from an opening bracket to the one that closes it. Python's tuples become lists: parentheses
     * outside strings and comments are replaced by brackets.
     */
    static Optional<String> bracketed(String text, int start) {
        StringBuilder value = new StringBuilder();
        int depth = 0;
        char quote = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                value.append(c);
                if (c == '\\' && i + 1 < text.length()) {
                    value.append(text.charAt(++i));
                } else if (c == quote) {
                    quote = 0;
                }
                continue;
            }
            if (c == '#' || text.startsWith("//", i)) {
                int end = text.indexOf('\n', i);
                i = end < 0 ? text.length() : end - 1;
                continue;
            }
            quote = c == '"' || c == '\'' ? c : 0;
            value.append(c == '(' ? '[' : c == ')' ? ']' : c);
            if (c == '[' || c == '{' || c == '(') {
                depth++;
            } else if ((c == ']' || c == '}' || c == ')') && --depth == 0) {
                return Optional.of(value.toString());
            }
        }
        return Optional.empty();
    }
}
