package dev.cardinal.job.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cardinal.job.common.JsonMappers;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * Writes a shard as Parquet. The column {@code image} is the struct that Hugging Face's {@code datasets} stores images in, and the
 * file's metadata declare it and the classes, so that {@code load_dataset} decodes them. Images are not compressed again. A row group
 * has about 16 MiB, which is the memory that the writer needs.
 */
final class ParquetShardWriter implements ShardWriter {
    private static final long ROW_GROUP = 16 << 20;
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType("""
            message sample {
              optional group image {
                optional binary bytes;
                optional binary path (STRING);
              }
              optional int64 label;
              optional binary label_name (STRING);
              optional float score;
              optional double weight;
              optional int64 rank;
              optional binary path (STRING);
              optional binary sha256 (STRING);
              optional binary key (STRING);
              optional group classes (LIST) {
                repeated group list {
                  optional group element {
                    optional int64 class_index;
                    optional binary class_label (STRING);
                    optional float score;
                    optional int64 rank;
                    optional double weight;
                  }
                }
              }
              optional group soft_classes (LIST) {
                repeated group list {
                  optional int32 element;
                }
              }
              optional group soft_probabilities (LIST) {
                repeated group list {
                  optional float element;
                }
              }
            }
            """);

    private final ParquetWriter<Group> writer;
    private final SimpleGroupFactory groups = new SimpleGroupFactory(SCHEMA);

    /** @param labels names of all classes, in the order of their indices */
    ParquetShardWriter(OutputStream out, List<String> labels, Configuration configuration) throws IOException {
        writer = ExampleParquetWriter.builder(new Target(out))
                .withType(SCHEMA)
                .withConf(configuration)
                .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                .withDictionaryEncoding(false)
                .withRowGroupSize(ROW_GROUP)
                .withMinRowCountForPageSizeCheck(1)
                .withMaxRowCountForPageSizeCheck(64)
                .withExtraMetaData(Map.of("huggingface", features(labels)))
                .build();
    }

    private static String features(List<String> labels) throws JsonProcessingException {
        ObjectNode text = JsonMappers.RECORDS.createObjectNode();
        ObjectNode features = text.putObject("info").putObject("features");
        features.putObject("image").put("_type", "Image");
        ArrayNode names = features.putObject("label").put("_type", "ClassLabel").putArray("names");
        labels.forEach(names::add);
        return JsonMappers.RECORDS.writeValueAsString(text);
    }

    @Override
    public void write(WrittenSample sample) throws IOException {
        Group row = groups.newGroup();
        row.addGroup("image")
                .append("bytes", Binary.fromConstantByteArray(sample.image()))
                .append("path", sample.key() + "." + sample.extension());
        SampleClass first = sample.first();
        row.append("label", (long) first.index())
                .append("label_name", first.label())
                .append("score", first.score())
                .append("weight", first.weight())
                .append("rank", first.rank())
                .append("path", sample.path())
                .append("sha256", sample.sha256())
                .append("key", sample.key());
        Group classes = row.addGroup("classes");
        for (SampleClass each : sample.classes()) {
            classes.addGroup("list")
                    .addGroup("element")
                    .append("class_index", (long) each.index())
                    .append("class_label", each.label())
                    .append("score", each.score())
                    .append("rank", each.rank())
                    .append("weight", each.weight());
        }
        addSoft(row, sample.sample().soft());
        writer.write(row);
    }

    private static void addSoft(Group row, TrainingSample.@org.jspecify.annotations.Nullable Soft soft) {
        if (soft == null) {
            return;
        }
        if (soft.classes() != null) {
            Group list = row.addGroup("soft_classes");
            for (int index : soft.classes()) {
                list.addGroup("list").append("element", index);
            }
        }
        Group list = row.addGroup("soft_probabilities");
        for (float probability : soft.probabilities()) {
            list.addGroup("list").append("element", probability);
        }
    }

    @Override
    public void finish() throws IOException {
        writer.close();
    }

    /** Writes to a stream that its owner closes. */
    private record Target(OutputStream out) implements OutputFile {
        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new PositionOutputStream() {
                private long position;

                @Override
                public long getPos() {
                    return position;
                }

                @Override
                public void write(int b) throws IOException {
                    out.write(b);
                    position++;
                }

                @Override
                public void write(byte[] bytes, int from, int count) throws IOException {
                    out.write(bytes, from, count);
                    position += count;
                }

                @Override
                public void flush() throws IOException {
                    out.flush();
                }

                @Override
                public void close() throws IOException {
                    out.flush();
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return create(blockSizeHint);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }
}
