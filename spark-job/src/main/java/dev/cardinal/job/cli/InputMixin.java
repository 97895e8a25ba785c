package dev.cardinal.job.cli;

import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.Sidecars;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say how inputs are read, the same for {@code label} and {@code doctor}. */
final class InputMixin {
    @Option(
            names = "--input-format",
            paramLabel = "auto|files|tar|zip|tfrecord|parquet|manifest",
            description = "How inputs are read [auto: by each file's name; a list named as an input is a manifest].")
    private InputFormat format = InputFormat.AUTO;

    @Option(
            names = "--image-field",
            paramLabel = "NAME",
            description =
                    "Field or column that holds the encoded image, or in a manifest its URI [the format's usual one].")
    private @Nullable String imageField;

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description =
                    "Read only files whose name matches; if the glob has a slash, whose path below the input matches.")
    private @Nullable String include;

    @Option(
            names = "--sidecars",
            paramLabel = "skip|read",
            description =
                    "Whether files in directories with the name of an image next to them and another extension, such as"
                            + " .txt or .json, are skipped and counted, or rows [skip].")
    private Sidecars sidecars = Sidecars.SKIP;

    @Option(
            names = "--member-extensions",
            split = ",",
            paramLabel = "EXTENSION",
            description =
                    "Extensions of the members of archives that are images, from the first dot of the name, such as"
                            + " jpg,seg.png [all but companions; of a sample with several images, those with one dot].")
    private List<String> memberExtensions = new ArrayList<>();

    SourceSpec source(List<String> inputs) {
        return source(inputs, TruthFrom.NONE, null, null, List.of());
    }

    SourceSpec source(
            List<String> inputs,
            TruthFrom truthFrom,
            @Nullable String labelField,
            @Nullable String keyField,
            List<String> keep) {
        return new SourceSpec(
                inputs,
                format,
                include,
                truthFrom,
                new FieldNames(imageField, labelField, keyField, keep),
                sidecars,
                memberExtensions);
    }
}
