package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageFetcher;
import dev.cardinal.udf.ImageFetcher.Fetched;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Shards that other programs wrote, and what is read from shards. */
final class Shards {
    static final long MODIFIED = 1_700_000_000_000L;

    /** One for all: making it takes longer than reading a small shard. */
    static final Configuration CONFIGURATION = new Configuration();

    private Shards() {}

    /** Bytes of a fixture. */
    static byte[] bytes(String name) {
        try (InputStream in = Shards.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no fixture " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lines of a fixture. */
    static List<String> lines(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8).lines().toList();
    }

    /** A fixture as a file. */
    static Path file(Path directory, String name) {
        return write(directory.resolve(name), bytes(name));
    }

    static Path write(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file as a listing finds it. */
    static ShardFile listed(Path file) {
        try {
            return new ShardFile(new org.apache.hadoop.fs.Path(file.toUri()).toString(), Files.size(file), MODIFIED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a file holds, with each container's usual fields. */
    static List<ImageRef> index(ShardFormat format, Path file) throws IOException {
        return index(format, file, RecordFields.usual());
    }

    static List<ImageRef> index(ShardFormat format, Path file, RecordFields fields) throws IOException {
        List<ImageRef> images = new ArrayList<>();
        try (ImageIterator iterator =
                ShardIndex.of(format, CONFIGURATION, fields).images(listed(file))) {
            iterator.forEachRemaining(images::add);
        }
        return images;
    }

    /** Reads an image with a fetcher of its own. */
    static Fetched fetch(ImageRef image, RecordFields fields) throws IOException {
        try (ImageFetcher fetcher = ShardFetchers.of(image.location().container(), CONFIGURATION, fields)) {
            return fetcher.fetch(image, Integer.MAX_VALUE - 17);
        }
    }

    /** Path behind the archive's. */
    static String member(ImageRef image) {
        return image.path().substring(image.path().lastIndexOf("!/") + 2);
    }

    /** As {@code sha256sum} prints it. */
    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(FileHash.digest().digest(bytes));
    }
}
