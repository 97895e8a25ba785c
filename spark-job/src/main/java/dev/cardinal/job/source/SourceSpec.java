package dev.cardinal.job.source;

import dev.cardinal.zoo.PublicApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The images to label and how to read them.
 *
 * @param inputs files, directories or globs
 * @param format format of the inputs
 * @param include glob that files must match: by name or, if the glob has a slash, by path below the input; null matches all
 * @param truthFrom origin of the {@code truth} column if the source itself has none
 * @param fields fields of records, tables and manifests
 * @param sidecars whether files that accompany an image in its directory are rows
 * @param memberExtensions extensions of the members of archives that are images, from the first dot of the name; empty for the
 *     usual rule
 */
@PublicApi
public record SourceSpec(
        List<String> inputs,
        InputFormat format,
        @Nullable String include,
        TruthFrom truthFrom,
        FieldNames fields,
        Sidecars sidecars,
        List<String> memberExtensions) {

    public SourceSpec {
        inputs = List.copyOf(inputs);
        memberExtensions = List.copyOf(memberExtensions);
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("a source needs at least one input");
        }
    }

    /** Returns a source with the usual rules for sidecars and members of archives. */
    public SourceSpec(
            List<String> inputs, InputFormat format, @Nullable String include, TruthFrom truthFrom, FieldNames fields) {
        this(inputs, format, include, truthFrom, fields, Sidecars.SKIP, List.of());
    }

    /** Returns a source with default options. */
    public static SourceSpec of(List<String> inputs) {
        return new SourceSpec(inputs, InputFormat.AUTO, null, TruthFrom.NONE, FieldNames.usual());
    }
}
