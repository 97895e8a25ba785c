package dev.cardinal.job.label;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.udf.LabelOptions;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The options of a run as its record keeps them, by their long names. */
final class RecordedOptions {
    private RecordedOptions() {}

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
        return map;
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
        map.put("images-per-commit", request.imagesPerCommit());
        map.put("max-bad-fraction", request.maxBadFraction());
        return map;
    }

    private static String id(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
