package dev.cardinal.udf.image;

/** An encoded image that gives no pixels; the message says what is wrong and why, on one line. */
@SuppressWarnings("serial") // never serialized
final class BadImageException extends Exception {

    /** Without a stack trace: a broken file is data, not a fault of the program. */
    BadImageException(String message) {
        super(message, null, false, false);
    }

    static BadImageException prematureEnd(long at) {
        return new BadImageException("premature end of data at byte " + at);
    }
}
