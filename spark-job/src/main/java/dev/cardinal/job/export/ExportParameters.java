package dev.cardinal.job.export;

import dev.cardinal.job.common.AtomicFiles;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.EnumWord;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** What determines the content of the shards, as text by option. A run that continues must have the same. Immutable. */
record ExportParameters(Map<String, String> values) {
    private static final int SHOWN = 3;

    ExportParameters {
        values = new LinkedHashMap<>(values);
    }

    static ExportParameters of(
            ExportOptions options, SelectionTables selection, String fingerprint, List<String> predictions) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("--selection", selection.directory().toString());
        values.put("content of the selection", fingerprint);
        ExportOptions.Samples samples = options.samples();
        if (samples.softLabels() != ExportOptions.SoftLabels.NONE) {
            values.put("--predictions", String.join(", ", predictions));
        }
        values.put("--format", EnumWord.of(options.format()));
        values.put("--soft-labels", EnumWord.of(samples.softLabels()));
        values.put("--temperature", Double.toString(samples.temperature()));
        values.put("--repeat", Boolean.toString(samples.perImage() == ExportOptions.SamplesPerImage.EVERY_CLASS));
        values.put("--balance", EnumWord.of(samples.balance()));
        values.put("--image-field", options.reading().imageField().orElse(""));
        values.put("--member-extensions", String.join(",", options.reading().memberExtensions()));
        values.put(
                "--resize-shorter",
                options.reencode().map(how -> Integer.toString(how.shorter())).orElse(""));
        values.put(
                "--quality",
                options.reencode().map(how -> Integer.toString(how.quality())).orElse(""));
        values.put("--shard-size", Long.toString(options.shards().bytes()));
        values.put("--shard-samples", Integer.toString(options.shards().samples()));
        values.put("--seed", Long.toString(options.seed()));
        values.put("--holdout", Double.toString(options.holdout()));
        return new ExportParameters(values);
    }

    /**
     * Compares with the parameters of an earlier run, or writes these if there was none that has planned its shards.
     *
     * @throws CardinalException if they differ; the message names the differences
     */
    void requireSameOrWrite(ExportLayout layout, FileSystem fileSystem, Configuration configuration)
            throws IOException {
        if (!fileSystem.exists(layout.shardCounts())) {
            AtomicFiles.write(layout.parameters(), JsonMappers.RECORDS.writeValueAsBytes(this), configuration);
            return;
        }
        try (InputStream in = fileSystem.open(layout.parameters())) {
            requireSame(JsonMappers.RECORDS.readValue(in, ExportParameters.class), layout);
        }
    }

    private void requireSame(ExportParameters earlier, ExportLayout layout) {
        List<String> differences = new ArrayList<>();
        values.forEach((name, value) -> {
            String before = earlier.values().get(name);
            if (!Objects.equals(before, value)) {
                differences.add(name + " was '" + (before == null ? "" : before) + "' and is '" + value + "'");
            }
        });
        if (!differences.isEmpty()) {
            String shown = String.join("; ", differences.subList(0, Math.min(SHOWN, differences.size())));
            int more = differences.size() - SHOWN;
            throw CardinalException.output("output " + layout.directory()
                    + " holds an export with other parameters: " + shown + (more > 0 ? ", and " + more + " more" : "")
                    + "; use the same, or name another --output");
        }
    }
}
