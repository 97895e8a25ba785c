package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.nio.file.Path;

/**
 * The file and container that errors name.
 *
 * @param file the checkpoint
 * @param container its container's id
 */
record Origin(Path file, String container) {
    private static final String AGAIN = "download the file again";
    private static final int MAX_REASON = 500;

    /** The file's bytes contradict its format at an offset from its beginning. */
    CardinalException damaged(long offset, String reason) {
        return CardinalException.checkpoint("checkpoint " + file + " (" + container + ") is damaged at byte " + offset
                + ": " + plain(reason) + "; " + AGAIN);
    }

    /** The file's bytes contradict its format. */
    CardinalException damaged(String reason) {
        return CardinalException.checkpoint(
                "checkpoint " + file + " (" + container + ") is damaged: " + plain(reason) + "; " + AGAIN);
    }

    /** The file asks at an offset for something that is never done, however well-formed it is. */
    CardinalException refused(long offset, String reason, String advice) {
        return CardinalException.checkpoint("checkpoint " + file + " (" + container + ") is refused at byte " + offset
                + ": " + plain(reason) + "; " + advice);
    }

    /** The file asks for something that is never done, however well-formed it is. */
    CardinalException refused(String reason, String advice) {
        return CardinalException.checkpoint(
                "checkpoint " + file + " (" + container + ") is refused: " + plain(reason) + "; " + advice);
    }

    /** The operating system or a library failed on the file. */
    CardinalException unreadable(Throwable cause) {
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return CardinalException.checkpoint(
                "checkpoint " + file + " (" + container + ") cannot be read: " + plain(reason)
                        + "; check that it is complete and readable, or " + AGAIN,
                cause);
    }

    /** One short line, because reasons quote names from files that nobody vouches for. */
    private static String plain(String reason) {
        String line = reason.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= MAX_REASON ? line : line.substring(0, MAX_REASON) + "...";
    }
}
