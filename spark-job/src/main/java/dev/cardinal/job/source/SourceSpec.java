package dev.cardinal.job.source;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where images are to be found.
 *
 * @param inputs files, directories or globs
 * @param format how they are read
 * @param include glob that a file must match to be taken, by its name or, where the glob has a slash, by its path below the
 *     input; null takes all
 * @param truthFrom where the {@code truth} column comes from, where the source itself tells none
 * @param fields of records, tables and manifests
 */
public record SourceSpec(
        List<String> inputs, InputFormat format, @Nullable String include, TruthFrom truthFrom, FieldNames fields) {

    public SourceSpec {
        inputs = List.copyOf(inputs);
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("a source needs an input");
        }
    }

    /** Inputs with every default. */
    public static SourceSpec of(List<String> inputs) {
        return new SourceSpec(inputs, InputFormat.AUTO, null, TruthFrom.NONE, FieldNames.usual());
    }
}
