package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.util.List;

/**
 * Creates the errors of one checkpoint file. Their messages contain the file and its format.
 *
 * @param name the checkpoint file as messages name it
 * @param format the id of its format
 */
record CheckpointErrors(String name, String format) {
    private static final String AGAIN = "download the file again";
    private static final int MAX_REASON = 500;
    private static final int MAX_ITEMS = 3;

    /** Returns the error of a file that violates its format at an offset. */
    CardinalException corrupt(long offset, String reason) {
        return CardinalException.checkpoint("checkpoint " + name + " (" + format + ") is corrupt at byte " + offset
                + ": " + plain(reason) + "; " + AGAIN);
    }

    /** Returns the error of a file that violates its format. */
    CardinalException corrupt(String reason) {
        return CardinalException.checkpoint(
                "checkpoint " + name + " (" + format + ") is corrupt: " + plain(reason) + "; " + AGAIN);
    }

    /** Returns the error of a well-formed file that requires something unsupported or unsafe at an offset. */
    CardinalException refused(long offset, String reason, String advice) {
        return CardinalException.checkpoint("checkpoint " + name + " (" + format + ") is refused at byte " + offset
                + ": " + plain(reason) + "; " + advice);
    }

    /** Returns the error of a well-formed file that requires something unsupported or unsafe. */
    CardinalException refused(String reason, String advice) {
        return CardinalException.checkpoint(
                "checkpoint " + name + " (" + format + ") is refused: " + plain(reason) + "; " + advice);
    }

    /** Returns the error of a file that the operating system or a library cannot read. */
    CardinalException unreadable(Throwable cause) {
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return CardinalException.checkpoint(
                "checkpoint " + name + " (" + format + ") cannot be read: " + plain(reason)
                        + "; check that it is complete and readable, or " + AGAIN,
                cause);
    }

    /** Returns the error of a zip archive whose directory, which is at its end, cannot be read. */
    CardinalException noDirectory(Throwable cause) {
        return CardinalException.checkpoint(
                "checkpoint " + name + " (" + format + ") is incomplete or corrupt: the directory at its end cannot be"
                        + " read; " + AGAIN,
                cause);
    }

    /** Returns the first three items of a list. */
    static String some(List<String> items) {
        String first = String.join(", ", items.subList(0, Math.min(MAX_ITEMS, items.size())));
        return items.size() <= MAX_ITEMS ? first : first + " and " + (items.size() - MAX_ITEMS) + " more";
    }

    /** Returns one short line without control characters, because reasons can contain names from untrusted files. */
    static String plain(String reason) {
        String line = reason.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= MAX_REASON ? line : line.substring(0, MAX_REASON) + "...";
    }
}
