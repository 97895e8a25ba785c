package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cardinal.job.common.JsonMappers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the exact content of {@code run.json}, which scripts read; both texts were written by version 0.1. */
class RunRecordTest {
    private static final String DONE = """
            {
              "outcome" : "done",
              "exit_code" : 0,
              "started" : "2026-01-02T03:04:05.678Z",
              "finished" : "2026-01-02T03:05:06.789Z",
              "model" : {
                "id" : "toy@0123456789ab",
                "card" : "toy",
                "fingerprint" : "0123456789abcdef",
                "uri" : "file:/models/toy",
                "classes" : [ {
                  "name" : "cat",
                  "id" : null
                }, {
                  "name" : "dog",
                  "id" : "n02084071"
                } ]
              },
              "options" : {
                "top-k" : 10,
                "emit" : "logits",
                "limit" : null
              },
              "versions" : {
                "cardinal" : "0.1.0"
              },
              "counts" : {
                "empty" : 1,
                "ok" : 41
              },
              "run_counts" : {
                "ok" : 7
              },
              "changed" : 2,
              "skipped" : 3,
              "images_per_second" : 12.5,
              "measured" : {
                "images" : 7,
                "images_per_second" : 12.5
              },
              "macs" : 4267870208,
              "stage_seconds" : {
                "fetch" : 0.1,
                "decode" : 0.2,
                "wait" : 0.3,
                "infer" : 0.4,
                "write" : 0.5
              },
              "bytes" : 12345,
              "batch_fill" : 0.875,
              "bottleneck" : {
                "stage" : "model",
                "share" : 0.96,
                "advice" : "a smaller model would help"
              },
              "commits" : 1,
              "devices" : [ {
                "executor" : "0",
                "host" : "worker1",
                "gpu_address" : null,
                "device" : "cpu",
                "precision" : "fp32",
                "warning" : null
              } ],
              "error" : null
            }""";

    private static final String RUNNING = """
            {
              "outcome" : "running",
              "exit_code" : null,
              "started" : "2026-01-02T03:04:05.678Z",
              "finished" : null,
              "model" : {
                "id" : "toy@0123456789ab",
                "card" : "toy",
                "fingerprint" : "0123456789abcdef",
                "uri" : "file:/models/toy",
                "classes" : [ ]
              },
              "options" : { },
              "versions" : { },
              "counts" : { },
              "run_counts" : { },
              "changed" : 0,
              "skipped" : 0,
              "images_per_second" : 0.0,
              "measured" : null,
              "macs" : null,
              "stage_seconds" : {
                "fetch" : 0.0
              },
              "bytes" : 0,
              "batch_fill" : null,
              "bottleneck" : null,
              "commits" : 0,
              "devices" : [ ],
              "error" : "java.io.IOException: the store is down"
            }""";

    @ParameterizedTest
    @ValueSource(strings = {DONE, RUNNING})
    void recordIsReadAndWrittenByteForByte(String json) throws JsonProcessingException {
        RunRecord record = JsonMappers.RECORDS.readValue(json, RunRecord.class);

        assertThat(JsonMappers.RECORDS.writeValueAsString(record)).isEqualTo(json);
    }

    @Test
    void fieldsOfALaterVersionAreIgnored() throws JsonProcessingException {
        String later = DONE.replace("\"commits\" : 1", "\"commits\" : 1, \"invented_later\" : { }");

        RunRecord record = JsonMappers.RECORDS.readValue(later, RunRecord.class);

        assertThat(JsonMappers.RECORDS.writeValueAsString(record)).isEqualTo(DONE);
    }
}
