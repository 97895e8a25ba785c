package dev.cardinal.udf.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How every format treats files that are empty or unavailable. */
class ShardStoreTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void fileWithoutBytesIsEmpty(ShardFormat format) throws IOException {
        Path file = Shards.write(directory.resolve("a"), new byte[0]);

        assertThat(Shards.index(format, file))
                .containsExactly(ImageRef.problem(
                        Shards.listed(file).path(),
                        0,
                        Shards.MODIFIED,
                        new ImageRef.Problem(Status.EMPTY, "no bytes")));
    }

    @ParameterizedTest
    @EnumSource
    void missingFileIsUnreadable(ShardFormat format) throws IOException {
        Path file = Shards.write(directory.resolve("a"), new byte[700]);
        ShardFile listed = Shards.listed(file);
        Files.delete(file);

        List<ImageRef> images = new ArrayList<>();
        try (ImageIterator iterator = ShardIndex.of(format, Shards.CONFIGURATION, RecordFields.usual())
                .images(listed)) {
            iterator.forEachRemaining(images::add);
        }

        assertThat(images)
                .singleElement()
                .extracting(ImageRef::problem)
                .extracting(ImageRef.Problem::status)
                .isEqualTo(Status.UNREADABLE);
    }
}
