package dev.cardinal.job.label;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.udf.LabelOptions;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The options of a run as its record keeps them, by their long names. */
final class RecordedOptions {
    private RecordedOptions() {}

    /** What tables were made with whose records do not know of an option yet. */
    private static final Map<String, Object> BEFORE_IT_WAS_AN_OPTION = Map.of("precision", "fp32");

    /** Options that change what a row says; a table holds rows of one set of them. */
    static Map<String, Object> changingRows(LabelRequest request) {
        LabelOptions options = request.options();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("label-from", id(request.source().truthFrom()));
        map.put("top-k", options.topK());
        map.put(
                "emit",
                options.emit().stream().map(RecordedOptions::id).sorted().collect(Collectors.joining(",")));
        map.put("max-pixels", options.image().maxPixels());
        map.put("max-file-bytes", options.maxFileBytes());
        FieldNames fields = request.source().fields();
        map.put("image-field", fields.image());
        map.put("label-field", fields.label());
        map.put("key-field", fields.key());
        map.put("keep", String.join(",", fields.keep()));
        map.put("exif-orientation", id(options.image().exifOrientation()));
        map.put("precision", id(options.engine().precision()));
        return map;
    }

    /**
     * The value of an option in the record of an earlier run.
     *
     * @param now its value in this run, which that one is taken to have had where its option did nothing before
     */
    static @Nullable Object earlier(Map<String, Object> recorded, String option, @Nullable Object now) {
        return recorded.containsKey(option) ? recorded.get(option) : BEFORE_IT_WAS_AN_OPTION.getOrDefault(option, now);
    }

    /** Every option. */
    static Map<String, Object> all(LabelRequest request) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("model", UserPath.withoutCredentials(request.model()));
        map.put("card", request.card() == null ? null : request.card().toString());
        map.put(
                "input",
                request.source().inputs().stream()
                        .map(UserPath::withoutCredentials)
                        .toList());
        map.put("output", request.output().map(UserPath::withoutCredentials).orElse(null));
        map.put("input-format", id(request.source().format()));
        map.put("include", request.source().include());
        map.put("limit", request.limit() == Long.MAX_VALUE ? null : request.limit());
        map.putAll(changingRows(request));
        map.put("batch-size", request.options().engine().batchSize());
        map.put("device", id(request.options().engine().device()));
        map.put("model-distribution", id(request.options().engine().distribution()));
        map.put("prefetch", request.options().engine().prefetch());
        map.put("images-per-commit", request.imagesPerCommit());
        map.put("max-bad-fraction", request.maxBadFraction());
        return map;
    }

    private static String id(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
