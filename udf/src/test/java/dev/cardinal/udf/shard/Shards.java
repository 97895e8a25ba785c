package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
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

/** Opens shards that other programs wrote, and reads shards. */
final class Shards {
    static final long MODIFIED = 1_700_000_000_000L;

    /** Shared by all tests, because creating it takes longer than reading a small shard. */
    static final Configuration CONFIGURATION = new Configuration();

    private Shards() {}

    /** Returns the bytes of a fixture. */
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

    /** Returns the lines of a fixture. */
    static List<String> lines(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8).lines().toList();
    }

    /** Writes a fixture to a file. */
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

    /** Returns a file as a listing finds it. */
    static ShardFile listed(Path file) {
        try {
            return new ShardFile(new org.apache.hadoop.fs.Path(file.toUri()).toString(), Files.size(file), MODIFIED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lists the images of a file, with each container's usual fields. */
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

    /** Reads an image with a new fetcher. */
    static Fetched fetch(ImageRef image, RecordFields fields) throws IOException {
        try (ImageFetcher fetcher = ShardFetchers.of(image.location().container(), CONFIGURATION, fields)) {
            return fetcher.fetch(image, Integer.MAX_VALUE - 17);
        }
    }

    /** Returns the part of the path after the archive's. */
    static String member(ImageRef image) {
        return image.path().substring(image.path().lastIndexOf("!/") + 2);
    }

    /** Returns the SHA-256 as {@code sha256sum} prints it. */
    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(FileHash.digest().digest(bytes));
    }
}
