package dev.cardinal.job.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.udf.fs.FileSystems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Reads the records of shards. Stateless; driver and executors. */
final class ShardRecords {
    private static final JsonMapper LINES = JsonMappers.RECORDS
            .rebuild()
            .disable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private ShardRecords() {}

    static ShardRecord read(Path file, Configuration configuration) throws IOException {
        try (InputStream in = FileSystems.fileSystem(file, configuration).open(file)) {
            return JsonMappers.RECORDS.readValue(in, ShardRecord.class);
        }
    }

    /** Returns whether the shard of a record exists with the recorded size. */
    static boolean isWhole(ExportLayout layout, String record, Configuration configuration) throws IOException {
        ShardRecord shard = read(new Path(layout.records(), record), configuration);
        Path file = new Path(layout.root(), shard.file());
        FileSystem fileSystem = FileSystems.fileSystem(file, configuration);
        try {
            return fileSystem.getFileStatus(file).getLen() == shard.bytes();
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** Returns a missing sample as a line of JSON. */
    static byte[] line(ShardRecord.Missing missing) throws JsonProcessingException {
        return (LINES.writeValueAsString(missing) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
