package dev.cardinal.job.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Builds HTML. Escapes texts and attribute values, so that data never becomes markup, and shows invisible characters and those that
 * change the writing direction by their codes. Not thread-safe.
 */
final class Html {
    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /**
     * Opens an element.
     *
     * @param attributes alternating names and values; an attribute whose value is null is left out
     */
    Html open(String name, @Nullable String... attributes) {
        tag(name, attributes);
        open.push(name);
        return this;
    }

    /** Closes the element that was opened last. */
    Html close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /** Writes an element that contains a text. */
    Html element(String name, String text, @Nullable String... attributes) {
        return open(name, attributes).text(text).close();
    }

    /** Writes an element that has no content and no end tag, such as {@code img}. */
    Html empty(String name, @Nullable String... attributes) {
        tag(name, attributes);
        return this;
    }

    /** Writes an SVG element without content. */
    Html shape(String name, @Nullable String... attributes) {
        return open(name, attributes).close();
    }

    Html text(String text) {
        escape(text, out);
        return this;
    }

    /** Writes markup without escaping. Never use it for data. */
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
                        out.append(String.format(Locale.ROOT, "\\u%04x", character));
                    } else {
                        out.appendCodePoint(character);
                    }
                }
            }
        });
    }

    /** Returns whether a character is invisible, or changes the direction of the text around it. */
    private static boolean isHidden(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL -> character != '\n' && character != '\t';
            case Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            // Emoji and several scripts need joiners.
            case Character.FORMAT -> character != 0x200c && character != 0x200d;
            default -> false;
        };
    }

    /**
     * Returns the HTML.
     *
     * @throws IllegalStateException if an element is still open
     */
    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("these elements are still open: " + open);
        }
        return out.toString();
    }
}
