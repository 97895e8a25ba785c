package dev.cardinal.udf.image;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names the kind of a text that was given as an image. */
final class TextKind {

    private static final int MAX_BYTES = 1024;

    /** A pattern at the start of a text, and the message. */
    private record KnownText(Pattern start, String error) {

        static KnownText of(String start, String error) {
            return new KnownText(Pattern.compile(start, Pattern.DOTALL), error);
        }
    }

    /** The first match wins. */
    private static final List<KnownText> KINDS = List.of(
            KnownText.of(
                    "(?i)(<\\?xml[^>]*>\\s*)?(<!--.*?-->\\s*)*(<!doctype svg[^>]*>\\s*)?<svg[\\s/>]",
                    "unsupported image format: SVG; convert it to PNG"),
            KnownText.of(
                    "(?i)(<\\?xml[^>]*>\\s*)?"
                            + "(<!doctype\\s+html|<(html|head|body|script|meta|title|div|p|table|a|center|h1)[\\s>])",
                    "not an image: the file contains HTML"),
            KnownText.of("(?i)<\\?xml|<!doctype|<[a-z][\\w:.-]*[\\s/>]", "not an image: the file contains XML"),
            KnownText.of(
                    "version https://git-lfs\\.github\\.com/spec/",
                    "not an image: the file is a Git LFS pointer; run \"git lfs pull\" in its repository"),
            KnownText.of(
                    "data:[\\w.+-]*/[\\w.+-]*[;,]",
                    "not an image: the file contains a data: URI; decode it from base64"),
            KnownText.of("#!", "not an image: the file contains a script"),
            KnownText.of("\\{\\s*[\"}]|\\[\\s*[\\[{\"\\d\\]-]", "not an image: the file contains JSON"),
            KnownText.of(
                    "(?i)(from|return-path|received|delivered-to|mime-version|message-id|subject|date):"
                            + " [^\\n]*\\n([\\w-]+:|[ \\t])",
                    "not an image: the file contains an email"),
            KnownText.of("#define \\w+_width ", "unsupported image format: XBM; convert it to PNG"),
            KnownText.of(
                    "(/9j/|iVBORw0KGgo|R0lGOD|UklGR|Qk[0-9A-Za-z]|SUkqA|TU0AK)[A-Za-z0-9+/\\s]{8}",
                    "not an image: the file contains base64 text; decode it"),
            KnownText.of(
                    "(https?|s3a?|gs|hdfs|file)://\\S+",
                    "not an image: the file contains a URL; download what it names"));

    private TextKind() {}

    static boolean isText(ByteView file) {
        return text(file) != null;
    }

    /** Returns the message for a text, null if the file is not text. */
    static @Nullable String describe(ByteView file) {
        String text = text(file);
        if (text == null) {
            return null;
        }
        String start = withoutComments(text.strip());
        for (KnownText kind : KINDS) {
            if (kind.start().matcher(start).lookingAt()) {
                return kind.error();
            }
        }
        return "not an image: the file contains text";
    }

    /** Removes comments of XML and HTML before the first element, which may be longer than the part that is read. */
    private static String withoutComments(String text) {
        String rest = text;
        while (rest.startsWith("<!--")) {
            int end = rest.indexOf("-->");
            if (end < 0) {
                return "<html ";
            }
            rest = rest.substring(end + 3).strip();
        }
        return rest;
    }

    /** Returns whether bytes are UTF-8, apart from a character that is cut at the end. */
    private static boolean isUtf8(String bytes) {
        ByteBuffer encoded = ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1));
        CharBuffer decoded = CharBuffer.allocate(bytes.length());
        return !StandardCharsets.UTF_8
                .newDecoder()
                .decode(encoded, decoded, false)
                .isError();
    }

    /** Returns the beginning of a text, null if the file has control characters. */
    private static @Nullable String text(ByteView file) {
        if (file.hasAscii(0, "\u00ff\u00fe") || file.hasAscii(0, "\u00fe\u00ff")) {
            return file.ascii(2, MAX_BYTES).replace("\0", "");
        }
        String text = file.ascii(file.hasAscii(0, "\u00ef\u00bb\u00bf") ? 3 : 0, MAX_BYTES);
        if (!isUtf8(text) && text.chars().filter(c -> c > 0x7f).count() > text.length() / 4) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7f) {
                return null;
            }
        }
        return text;
    }
}
