package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.shard.ImageIterator;
import dev.cardinal.udf.shard.ShardFile;
import dev.cardinal.udf.shard.ShardFormat;
import dev.cardinal.udf.shard.ShardIndex;
import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerFetcherTest {
    private static final Configuration CONFIGURATION = new Configuration();

    @TempDir
    private Path directory;

    @Test
    void imagesOfEveryContainerAreReadByOneFetcher() throws IOException {
        List<ImageRef> images = new ArrayList<>();
        images.addAll(index(ShardFormat.TAR, "webdataset.tar"));
        images.addAll(index(ShardFormat.TFRECORD, "pictures.tfrecord"));
        images.addAll(index(ShardFormat.PARQUET, "pictures.parquet"));
        images.addAll(index(ShardFormat.TAR, "webdataset.tar.gz"));
        images.addAll(index(ShardFormat.TFRECORD, "pictures.tfrecord.gz"));
        ShardFile picture = fixture("webdataset.tar");
        images.add(ImageRef.file(picture.path(), picture.length(), 0, null));
        List<String> hashes = new ArrayList<>();
        try (ContainerFetcher fetcher = new ContainerFetcher(CONFIGURATION, RecordFields.usual())) {
            for (ImageRef image : images) {
                byte[] encoded = fetcher.fetch(image, 1 << 20).encoded();
                hashes.add(HexFormat.of().formatHex(FileHash.digest().digest(encoded)));
            }
        }

        assertThat(images.stream().map(image -> image.location().container()).distinct())
                .containsExactlyInAnyOrder(Container.values());
        assertThat(hashes.subList(5, 9)).isEqualTo(hashes.subList(9, 13));
        assertThat(hashes.subList(0, 5)).isEqualTo(hashes.subList(13, 18));
        assertThat(hashes.get(0)).isEqualTo("c47dd9465c00e9a0c8b85e9ea58d3034a0d23b9cf926113602f3460752a4eb96");
    }

    private List<ImageRef> index(ShardFormat format, String name) throws IOException {
        List<ImageRef> images = new ArrayList<>();
        try (ImageIterator iterator =
                ShardIndex.of(format, CONFIGURATION, RecordFields.usual()).images(fixture(name))) {
            iterator.forEachRemaining(images::add);
        }
        return images;
    }

    private ShardFile fixture(String name) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            try (InputStream in = ShardFormat.class.getResourceAsStream(name)) {
                Files.copy(in, file);
            }
        }
        return new ShardFile(new org.apache.hadoop.fs.Path(file.toUri()).toString(), Files.size(file), 0);
    }
}
