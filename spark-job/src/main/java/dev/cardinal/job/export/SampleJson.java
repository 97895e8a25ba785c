package dev.cardinal.job.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.common.JsonMappers;
import java.util.LinkedHashMap;
import java.util.Map;

/** Describes a sample in one line of JSON. Stateless and thread-safe. */
final class SampleJson {
    private static final JsonMapper LINES = JsonMappers.RECORDS
            .rebuild()
            .disable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private SampleJson() {}

    /** Returns a sample's fields, in the order of the documentation; more can be added. */
    static Map<String, Object> fields(WrittenSample sample) {
        Map<String, Object> fields = new LinkedHashMap<>();
        SampleClass first = sample.first();
        fields.put("class_index", first.index());
        fields.put("class_label", first.label());
        fields.put("score", first.score());
        fields.put("weight", first.weight());
        fields.put("rank", first.rank());
        fields.put("path", sample.path());
        fields.put("sha256", sample.sha256());
        if (sample.classes().size() > 1) {
            fields.put("classes", sample.classes());
        }
        return fields;
    }

    /** Adds soft labels as class indices and probabilities. */
    static void addSoft(Map<String, Object> fields, TrainingSample.Soft soft) {
        if (soft.classes() != null) {
            fields.put("soft_classes", soft.classes());
        }
        fields.put("soft_probabilities", soft.probabilities());
    }

    static byte[] bytes(Map<String, Object> fields) throws JsonProcessingException {
        return LINES.writeValueAsBytes(fields);
    }
}
