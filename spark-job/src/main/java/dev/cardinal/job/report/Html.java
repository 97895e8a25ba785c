package dev.cardinal.job.report;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * HTML that is being written. Texts and attribute values are escaped, so that nothing from data is ever markup, and characters that
 * would turn the writing direction or show nothing are written out. Not thread-safe.
 */
final class Html {
    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /**
     * Begins an element.
     *
     * @param attributes names and values in turns; one whose value is null is left out
     */
    Html open(String name, @Nullable String... attributes) {
        tag(name, attributes);
        open.push(name);
        return this;
    }

    /** Ends the element that was begun last. */
    Html close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /** An element that holds a text. */
    Html element(String name, String text, @Nullable String... attributes) {
        return open(name, attributes).text(text).close();
    }

    /** An element that never holds anything, such as {@code img}. */
    Html empty(String name, @Nullable String... attributes) {
        tag(name, attributes);
        return this;
    }

    /** An element of SVG that holds nothing. */
    Html shape(String name, @Nullable String... attributes) {
        return open(name, attributes).close();
    }

    Html text(String text) {
        escape(text, out);
        return this;
    }

    /** Text of our own that is markup already. */
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    private void tag(String name, @Nullable String... attributes) {
        out.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            String value = attributes[i + 1];
            if (value != null) {
                out.append(' ').append(attributes[i]).append("=\"");
                escape(value, out);
                out.append('"');
            }
        }
        out.append('>');
    }

    /** A text as HTML shows it. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        escape(text, escaped);
        return escaped.toString();
    }

    private static void escape(String text, StringBuilder out) {
        text.codePoints().forEach(character -> {
            switch (character) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> {
                    if (isHidden(character)) {
                        out.append("\\u%04x".formatted(character));
                    } else {
                        out.appendCodePoint(character);
                    }
                }
            }
        });
    }

    /** Whether a character shows nothing, or turns what stands beside it around. */
    private static boolean isHidden(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL -> character != '\n' && character != '\t';
            case Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            // Emoji and several scripts are written with joiners.
            case Character.FORMAT -> character != 0x200c && character != 0x200d;
            default -> false;
        };
    }

    /**
     * What was written.
     *
     * @throws IllegalStateException if an element has not ended
     */
    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("these elements have not ended: " + open);
        }
        return out.toString();
    }
}
