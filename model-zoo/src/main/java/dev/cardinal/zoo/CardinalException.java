package dev.cardinal.zoo;

import java.util.List;

/**
 * What a user can mend: a wrong option, card, checkpoint, model, input or output. Its message says what is wrong, with the
 * value and the path, and what to do; commands print it without a stack trace and end with exit code 2. Our own bugs are
 * other exceptions.
 */
public final class CardinalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private CardinalException(String message, Throwable cause) {
        super(message, cause);
    }

    private CardinalException(String message) {
        super(message);
    }

    /** A wrong command line or configuration. */
    public static CardinalException usage(String message) {
        return new CardinalException(message);
    }

    /** Every problem of a command line or configuration at once, one a line. */
    public static CardinalException usage(List<String> problems) {
        return new CardinalException(String.join("\n", problems));
    }

    /** A card that cannot be used. */
    public static CardinalException card(String message) {
        return new CardinalException(message);
    }

    /** A card that cannot be used because of {@code cause}. */
    public static CardinalException card(String message, Throwable cause) {
        return new CardinalException(message, cause);
    }

    /** A checkpoint that cannot be read, is refused, or does not fit its card. */
    public static CardinalException checkpoint(String message) {
        return new CardinalException(message);
    }

    /** A checkpoint that cannot be read because of {@code cause}. */
    public static CardinalException checkpoint(String message, Throwable cause) {
        return new CardinalException(message, cause);
    }

    /** A directory that is no model bundle, or a damaged one. */
    public static CardinalException model(String message) {
        return new CardinalException(message);
    }

    /** A directory that is no model bundle, or a damaged one, because of {@code cause}. */
    public static CardinalException model(String message, Throwable cause) {
        return new CardinalException(message, cause);
    }

    /** An input that does not exist or cannot be listed. */
    public static CardinalException input(String message) {
        return new CardinalException(message);
    }

    /** An input that cannot be read because of {@code cause}. */
    public static CardinalException input(String message, Throwable cause) {
        return new CardinalException(message, cause);
    }

    /** An output that cannot take the result. */
    public static CardinalException output(String message) {
        return new CardinalException(message);
    }
}
