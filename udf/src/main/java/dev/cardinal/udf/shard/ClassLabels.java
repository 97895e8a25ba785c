package dev.cardinal.udf.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The names of classes that Hugging Face's datasets library stores in the metadata of a Parquet file. */
final class ClassLabels {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "huggingface";

    private ClassLabels() {}

    /** Returns the names of the classes of a column in the order of their numbers from 0; empty if the file has none. */
    static List<String> names(Map<String, String> metadata, String column) {
        String noted = metadata.get(KEY);
        if (noted == null) {
            return List.of();
        }
        try {
            JsonNode feature =
                    JSON.readTree(noted).path("info").path("features").path(column);
            List<String> names = new ArrayList<>();
            if (feature.path("_type").asText().equals("ClassLabel")) {
                feature.path("names").forEach(name -> names.add(name.asText()));
            }
            return List.copyOf(names);
        } catch (JsonProcessingException e) {
            return List.of();
        }
    }
}
