package dev.cardinal.job.select;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.job.common.Versions;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.select.SelectOptions.PerImage;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.EnumWord;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes {@code run.json} of a selection. A run that fails has none, so the outcome is always {@code done}. Stateless. */
final class RunFile {
    private RunFile() {}

    static byte[] json(
            SelectRequest request, List<Predictions> teachers, SelectResult result, Instant started, Instant finished)
            throws JsonProcessingException {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("outcome", "done");
        run.put("exit_code", 0);
        run.put("started", started.toString());
        run.put("finished", finished.toString());
        run.put(
                "predictions",
                teachers.stream().map(Predictions::recordedDirectories).toList());
        run.put("models", result.models());
        run.put("options", options(request));
        run.put("versions", Versions.all());
        run.put("counts", result.counts());
        run.put("classes", result.classes().size());
        run.put("short_classes", result.shortClasses());
        run.put("seconds", Math.round(1000 * result.seconds()) / 1000.0);
        return JsonMappers.RECORDS.writeValueAsBytes(run);
    }

    private static Map<String, Object> options(SelectRequest request) {
        SelectOptions options = request.options();
        Map<String, Object> map = new LinkedHashMap<>();
        request.labels().ifPresent(file -> map.put("labels", UserPaths.withoutCredentials(file)));
        map.put("output", UserPaths.withoutCredentials(request.output()));
        map.put("k", options.k() == SelectOptions.ALL ? "all" : options.k());
        map.put("p", options.p());
        map.put("strategy", EnumWord.of(options.strategy()));
        map.put("unique", options.perImage() == PerImage.BEST_CLASS);
        map.put("min-score", options.minScore());
        map.put("balance", EnumWord.of(options.balance()));
        map.put("temperature", options.temperature());
        map.put("dedupe", options.dedupe().toString());
        map.put("exclude", options.exclude().map(UserPaths::withoutCredentials).orElse(null));
        map.put("export", EnumWord.of(options.export()));
        ClassRules rules = options.rules();
        rules.kFile().ifPresent(file -> map.put("k-file", UserPaths.withoutCredentials(file)));
        rules.quota().ifPresent(quota -> map.put("per", quota.column() + ":" + quota.images()));
        rules.minPrecision().ifPresent(rule -> {
            map.put("min-precision", rule.precision());
            map.put("evaluation", UserPaths.withoutCredentials(rule.evaluation()));
        });
        rules.adaptiveScore().ifPresent(score -> map.put("adaptive-score", score));
        rules.groupBy().ifPresent(file -> map.put("group-by", UserPaths.withoutCredentials(file)));
        rules.align().ifPresent(shares -> map.put("align", UserPaths.withoutCredentials(shares)));
        return map;
    }
}
