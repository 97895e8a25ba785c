package dev.cardinal.zoo;

import java.util.Locale;

/** The word for a constant in options, settings, records and messages: {@code TEN_CROP} is {@code ten-crop}. Stateless. */
public final class EnumWord {
    private EnumWord() {}

    /** Returns the constant's name in kebab case. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
