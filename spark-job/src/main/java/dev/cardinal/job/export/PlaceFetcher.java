package dev.cardinal.job.export;

import dev.cardinal.job.export.TrainingSample.ImagePlace;
import dev.cardinal.udf.fetch.HadoopImageFetcher;
import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.CorruptRecordException;
import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.shard.ShardFetchers;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * Reads images in any order from where they are. Keeps the last archives open that it has read from. Closed by its creator; not
 * thread-safe; lives in a task on an executor.
 */
final class PlaceFetcher implements Closeable {
    /** Largest image that is exported. */
    static final int MOST_BYTES = 256 << 20;

    private static final int OPEN_ARCHIVES = 16;

    private final Configuration configuration;
    private final RecordFields fields;
    private final Retry retry;
    private final ImageFetcher files;
    private final Map<String, ImageFetcher> archives = new LinkedHashMap<>(OPEN_ARCHIVES, 0.75f, true);
    private final Map<String, FSDataInputStream> copies = new LinkedHashMap<>(OPEN_ARCHIVES, 0.75f, true);

    PlaceFetcher(Configuration configuration, RecordFields fields) {
        this.configuration = configuration;
        this.fields = fields;
        this.retry = Retry.of(configuration);
        this.files = new HadoopImageFetcher(configuration);
    }

    /**
     * Returns the bytes of an image.
     *
     * @throws MissingImageException if there are none; another attempt would not help
     * @throws IOException if the store fails
     */
    byte[] fetch(ImagePlace place) throws IOException {
        if (place.problem() != null) {
            throw new MissingImageException(place.problem());
        }
        byte[] encoded;
        try {
            encoded = place.container().equals(ImagePlace.COPIED) ? copied(place) : original(place);
        } catch (UnreadableImageException | CorruptRecordException e) {
            throw new MissingImageException(String.valueOf(e.getMessage()));
        }
        if (encoded.length == 0) {
            throw new MissingImageException("no bytes");
        }
        if (encoded.length > MOST_BYTES) {
            throw new MissingImageException("larger than " + (MOST_BYTES >> 20) + " MiB");
        }
        return encoded;
    }

    private byte[] original(ImagePlace place) throws IOException {
        ImageContainer container = ImageContainer.valueOf(place.container());
        ImageRef image = new ImageRef(
                place.path(),
                new ImageRef.Location(place.file(), container, place.position()),
                place.length(),
                0,
                null,
                null,
                null);
        Fetched fetched = (container == ImageContainer.FILE ? files : archive(place.file(), container))
                .fetch(image, MOST_BYTES + 1);
        if (fetched.problem() != null) {
            throw new MissingImageException(fetched.problem().error());
        }
        return fetched.encoded();
    }

    private ImageFetcher archive(String file, ImageContainer container) throws IOException {
        ImageFetcher open = archives.get(file);
        if (open == null) {
            if (archives.size() == OPEN_ARCHIVES) {
                String oldest = archives.keySet().iterator().next();
                ImageFetcher closing = archives.remove(oldest);
                if (closing != null) {
                    closing.close();
                }
            }
            open = ShardFetchers.of(container, configuration, fields);
            archives.put(file, open);
        }
        return open;
    }

    private byte[] copied(ImagePlace place) throws IOException {
        return retry.call("read " + place.file(), () -> {
            byte[] bytes = new byte[Math.toIntExact(place.length())];
            try {
                copy(place.file()).readFully(place.position(), bytes);
                return bytes;
            } catch (IOException e) {
                FSDataInputStream failed = copies.remove(place.file());
                if (failed != null) {
                    failed.close();
                }
                throw e;
            }
        });
    }

    private FSDataInputStream copy(String file) throws IOException {
        FSDataInputStream open = copies.get(file);
        if (open == null) {
            if (copies.size() == OPEN_ARCHIVES) {
                FSDataInputStream closing =
                        copies.remove(copies.keySet().iterator().next());
                if (closing != null) {
                    closing.close();
                }
            }
            Path path = new Path(file);
            open = FileSystems.fileSystem(path, configuration).open(path);
            copies.put(file, open);
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        for (ImageFetcher each : archives.values()) {
            each.close();
        }
        for (FSDataInputStream each : copies.values()) {
            each.close();
        }
        files.close();
    }

    /** The bytes of an image are unavailable; the message says why. */
    static final class MissingImageException extends IOException {
        private static final long serialVersionUID = 1L;

        MissingImageException(String why) {
            super(why);
        }
    }
}
