package dev.cardinal.job.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetShardWriterTest {
    @TempDir
    private Path directory;

    /** The text that the library datasets writes, always in the same order, so that a shard's SHA-256 does not change. */
    @Test
    void featuresOfHuggingFaceAreWrittenInAFixedOrder() throws IOException {
        ByteArrayOutputStream shard = new ByteArrayOutputStream();
        new ParquetShardWriter(shard, List.of("tench", "goldfish"), new Configuration()).finish();
        Path file = Files.write(directory.resolve("shard.parquet"), shard.toByteArray());

        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
            assertThat(reader.getFileMetaData().getKeyValueMetaData().get("huggingface"))
                    .isEqualToIgnoringWhitespace("""
                            {"info": {"features": {
                              "image": {"_type": "Image"},
                              "label": {"_type": "ClassLabel", "names": ["tench", "goldfish"]}}}}
                            """);
        }
    }
}
