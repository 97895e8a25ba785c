package dev.cardinal.zoo;

import java.util.List;

/**
 * An error that the user can fix: an invalid option, card, checkpoint, model, input or output. Its message says what is
 * wrong, with the value and the path, and what to do. Commands print it without a stack trace and end with exit code 2.
 * Bugs in Cardinal throw other exceptions.
 */
@PublicApi
public final class CardinalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private CardinalException(String message, Throwable cause) {
        super(message, cause);
    }

    private CardinalException(String message) {
        super(message);
    }

    /** Returns the error of an invalid command line or configuration. */
    public static CardinalException usage(String message) {
        return new CardinalException(message);
    }

    /** Returns one error with every problem of a command line or configuration, one per line. */
    public static CardinalException usage(List<String> problems) {
        return new CardinalException(String.join("\n", problems));
    }

    /** Returns the error of an invalid card. */
    public static CardinalException card(String message) {
        return new CardinalException(message);
    }

    /** Returns the error of a card that is invalid because of {@code cause}. */
    public static CardinalException card(String message, Throwable cause) {
        return new CardinalException(message, cause);
    }

    /** Returns the error of a checkpoint that is unreadable, refused, or does not match its card. */
    public static CardinalException checkpoint(String message) {
        return new CardinalException(message);
    }

    /** Returns the error of a checkpoint that is unreadable because of {@code cause}. */
    public static CardinalException checkpoint(String message, Throwable cause) {
        return new CardinalException(message, cause);
    }

    /** Returns the error of a directory that is not a model bundle, or is a corrupt one. */
    public static CardinalException model(String message) {
        return new CardinalException(message);
    }

    /** Returns the error of a model that is invalid or corrupt because of {@code cause}. */
    public static CardinalException model(String message, Throwable cause) {
        return new CardinalException(message, cause);
    }

    /** Returns the error of an input that does not exist or cannot be listed. */
    public static CardinalException input(String message) {
        return new CardinalException(message);
    }

    /** Returns the error of an input that is unreadable because of {@code cause}. */
    public static CardinalException input(String message, Throwable cause) {
        return new CardinalException(message, cause);
    }

    /** Returns the error of an output that the result cannot be written to. */
    public static CardinalException output(String message) {
        return new CardinalException(message);
    }
}
