package dev.cardinal.job.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.TypeConversionException;

/** Values of options as users write them: kebab-case. */
final class Enums {
    private Enums() {}

    static <E extends Enum<E>> E parse(Class<E> type, String value) {
        for (E constant : type.getEnumConstants()) {
            if (id(constant).equalsIgnoreCase(value)) {
                return constant;
            }
        }
        String known = Arrays.stream(type.getEnumConstants()).map(Enums::id).collect(Collectors.joining(", "));
        throw new TypeConversionException("expected one of " + known + ", not '" + value + "'");
    }

    private static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
