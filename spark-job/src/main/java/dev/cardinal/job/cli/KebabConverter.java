package dev.cardinal.job.cli;

import dev.cardinal.zoo.EnumWord;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Parses the constants of an enum in kebab case. picocli itself would expect their underscores.
 *
 * @param <E> the enum
 */
abstract class KebabConverter<E extends Enum<E>> implements ITypeConverter<E> {
    private final E[] choices;

    KebabConverter(Class<E> type) {
        this.choices = type.getEnumConstants();
    }

    @Override
    public E convert(String value) {
        for (E choice : choices) {
            if (EnumWord.of(choice).equalsIgnoreCase(value)) {
                return choice;
            }
        }
        throw new TypeConversionException("expected one of "
                + Arrays.stream(choices).map(EnumWord::of).collect(Collectors.joining(", ")) + ", not '"
                + value + "'");
    }
}
