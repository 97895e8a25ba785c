package dev.cardinal.job.common;

import org.jspecify.annotations.Nullable;

/** Messages of exceptions that Cardinal did not throw. Stateless and thread-safe. */
public final class Messages {
    private Messages() {}

    /** Returns the first line of a text, empty if the text is empty. */
    public static String firstLine(@Nullable String text) {
        return String.valueOf(text).lines().findFirst().orElse("");
    }
}
