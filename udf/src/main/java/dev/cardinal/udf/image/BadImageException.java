package dev.cardinal.udf.image;

import java.util.Locale;

/** An encoded image cannot be decoded; the message says what is wrong and why, on one line. */
@SuppressWarnings("serial") // never serialized
final class BadImageException extends Exception {

    private final Status status;

    BadImageException(String message) {
        this(Status.UNDECODABLE, message);
    }

    /** Has no stack trace: a corrupt file is a property of the data, not an error in the program. */
    private BadImageException(Status status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /** The file is not corrupt, but its kind is not supported. */
    static BadImageException unsupported(String message) {
        return new BadImageException(Status.UNSUPPORTED, message);
    }

    Status status() {
        return status;
    }

    static BadImageException missingRows(int declared, int actual) {
        return new BadImageException(
                String.format(Locale.ROOT, "the header declares %d rows, the data contain %d", declared, actual));
    }

    static BadImageException prematureEnd(long at) {
        return new BadImageException("premature end of data at byte " + at);
    }
}
