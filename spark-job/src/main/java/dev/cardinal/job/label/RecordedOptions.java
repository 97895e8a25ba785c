package dev.cardinal.job.label;

import dev.cardinal.job.source.FieldNames;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.zoo.EnumWord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Options of a run as its record stores them, by their long names. */
final class RecordedOptions {
    private RecordedOptions() {}

    /** Values assumed for options that older run records do not contain. */
    private static final Map<String, Object> BEFORE_IT_WAS_AN_OPTION =
            Map.of("precision", "fp32", "truncated", "reject", "views", "one", "draft", false);

    /** Returns the options that change the content of rows; all rows of a table have the same values of them. */
    static Map<String, Object> changingRows(LabelRequest request) {
        LabelOptions options = request.options();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("label-from", EnumWord.of(request.source().truthFrom()));
        map.put("top-k", options.topK());
        map.put("emit", options.emit().stream().map(EnumWord::of).sorted().collect(Collectors.joining(",")));
        map.put("max-pixels", options.image().maxPixels());
        map.put("max-file-bytes", options.maxFileBytes());
        FieldNames fields = request.source().fields();
        map.put("image-field", fields.image());
        map.put("label-field", fields.label());
        map.put("key-field", fields.key());
        map.put("keep", String.join(",", fields.keep()));
        map.put("exif-orientation", EnumWord.of(options.image().exifOrientation()));
        map.put("truncated", EnumWord.of(options.image().truncated()));
        map.put("views", EnumWord.of(options.image().views()));
        map.put("draft", options.image().draft());
        map.put("precision", EnumWord.of(options.execution().precision()));
        return map;
    }

    /**
     * Returns the value of an option in the record of an earlier run.
     *
     * @param now its value in this run, assumed for the earlier run if its record lacks the option
     */
    static @Nullable Object earlier(Map<String, Object> recorded, String option, @Nullable Object now) {
        return recorded.containsKey(option) ? recorded.get(option) : BEFORE_IT_WAS_AN_OPTION.getOrDefault(option, now);
    }

    /** Returns every option. */
    static Map<String, Object> all(LabelRequest request) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("model", UserPaths.withoutCredentials(request.model()));
        map.put("card", request.card() == null ? null : request.card().toString());
        map.put(
                "input",
                request.source().inputs().stream()
                        .map(UserPaths::withoutCredentials)
                        .toList());
        map.put("output", request.output().map(UserPaths::withoutCredentials).orElse(null));
        request.state().ifPresent(state -> map.put("state", UserPaths.withoutCredentials(state)));
        map.put("input-format", EnumWord.of(request.source().format()));
        map.put("include", request.source().include());
        map.put("sidecars", EnumWord.of(request.source().sidecars()));
        map.put("member-extensions", String.join(",", request.source().memberExtensions()));
        map.put("limit", request.limit() == Long.MAX_VALUE ? null : request.limit());
        map.putAll(changingRows(request));
        map.put("batch-size", request.options().execution().batchSize());
        map.put("device", EnumWord.of(request.options().execution().device()));
        map.put("model-distribution", EnumWord.of(request.options().execution().distribution()));
        map.put("prefetch", request.options().execution().prefetch());
        map.put(
                "images-per-commit",
                request.imagesPerCommit().isPresent()
                        ? (Object) request.imagesPerCommit().getAsInt()
                        : "auto");
        map.put("retry", request.table().retry().stream().sorted().collect(Collectors.joining(",")));
        map.put("relabel", request.table().relabelChanged() ? "changed" : "");
        map.put("verify-table", request.table().verify());
        map.put("max-bad-fraction", request.maxBadFraction());
        return map;
    }
}
