package dev.cardinal.job.select;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.UserPath;
import dev.cardinal.job.Versions;
import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.job.select.SelectOptions.PerImage;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code run.json} says of a selection.
 *
 * @param outcome {@code done}: of a run that is not there is no file
 * @param exitCode exit code of the run
 * @param started UTC time, ISO 8601
 * @param finished UTC time, ISO 8601
 * @param predictions directories of each teacher's tables
 * @param models the teachers' models
 * @param options options of the run by their long names
 * @param versions of Cardinal, Spark, Java
 * @param counts images and candidates
 * @param classes number of classes
 * @param shortClasses those of them that selected fewer images than were asked for
 * @param seconds wall time
 */
record RunFile(
        String outcome,
        int exitCode,
        String started,
        String finished,
        List<List<String>> predictions,
        List<String> models,
        Map<String, Object> options,
        Map<String, String> versions,
        SelectResult.Counts counts,
        int classes,
        long shortClasses,
        double seconds) {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    static RunFile of(
            SelectRequest request, List<Predictions> teachers, SelectResult result, Instant started, Instant finished) {
        return new RunFile(
                "done",
                0,
                started.toString(),
                finished.toString(),
                teachers.stream().map(Predictions::recordedDirectories).toList(),
                result.models(),
                options(request),
                Versions.all(),
                result.counts(),
                result.classes().size(),
                result.shortClasses(),
                Math.round(1000 * result.seconds()) / 1000.0);
    }

    private static Map<String, Object> options(SelectRequest request) {
        SelectOptions options = request.options();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("output", UserPath.withoutCredentials(request.output()));
        map.put("k", options.k() == SelectOptions.ALL ? "all" : options.k());
        map.put("p", options.p());
        map.put("strategy", id(options.strategy()));
        map.put("unique", options.perImage() == PerImage.BEST_CLASS);
        map.put("min-score", options.minScore());
        map.put("balance", id(options.balance()));
        map.put("temperature", options.temperature());
        map.put("dedupe", id(options.dedupe()));
        map.put("exclude", options.exclude().map(UserPath::withoutCredentials).orElse(null));
        map.put("export", id(options.export()));
        return map;
    }

    private static String id(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    byte[] toJson() throws JsonProcessingException {
        return MAPPER.writeValueAsBytes(this);
    }
}
