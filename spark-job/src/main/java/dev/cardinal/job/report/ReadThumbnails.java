package dev.cardinal.job.report;

import dev.cardinal.udf.Container;
import dev.cardinal.udf.ImageFetcher;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.shard.ImageIterator;
import dev.cardinal.udf.shard.ShardFetchers;
import dev.cardinal.udf.shard.ShardFile;
import dev.cardinal.udf.shard.ShardFormat;
import dev.cardinal.udf.shard.ShardIndex;
import dev.cardinal.udf.store.Retry;
import dev.cardinal.udf.store.StoreFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Reads images by the paths of their rows and makes thumbnails of them, for as long as a task is given. Every path has one in the
 * end: an image that is gone, broken, too large or not found in time has one that says so. Serialized with tasks.
 */
final class ReadThumbnails implements FlatMapFunction<List<String>, Tuple2<String, Thumbnail>> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ReadThumbnails.class);

    private static final int LARGEST_FILE = 32 << 20;
    private static final long MOST_PIXELS = 64_000_000;
    /** An image and its copy take so many bytes of the heap for a pixel, of which one image may take an eighth. */
    private static final long HEAP_FOR_PIXEL = 6 * 8;

    private static final String SEPARATOR = "!/";
    private static final String RECORD = "record=";
    private static final String ROW = "row=";

    private final RecordFields fields;
    private final ExifOrientation exifOrientation;
    private final Duration time;
    private final Broadcast<SerializableConfiguration> configuration;

    ReadThumbnails(
            RecordFields fields,
            ExifOrientation exifOrientation,
            Duration time,
            Broadcast<SerializableConfiguration> configuration) {
        this.fields = fields;
        this.exifOrientation = exifOrientation;
        this.time = time;
        this.configuration = configuration;
    }

    /** An archive, and the paths of images in it. */
    private record Members(ShardFile archive, Set<String> paths) {}

    @Override
    public Iterator<Tuple2<String, Thumbnail>> call(List<String> paths) {
        Map<String, Thumbnail> made = new LinkedHashMap<>();
        // A page is not worth waiting for a store that fails.
        Configuration once = new Configuration(configuration.value().value());
        once.setInt(Retry.TRIES, 1);
        String why = "not found in time";
        long mostPixels = Math.min(MOST_PIXELS, Runtime.getRuntime().maxMemory() / HEAP_FOR_PIXEL);
        try (ImagePreparer preparer =
                ImagePreparer.thumbnails(Thumbnail.EDGE, new ImageOptions(mostPixels, exifOrientation))) {
            new Reading(once, new ThumbnailEncoder(preparer), made).read(paths);
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("no decoder for the report's pictures: {}", e.toString());
            why = "no decoder";
        }
        List<Tuple2<String, Thumbnail>> all = new ArrayList<>();
        for (String path : paths) {
            all.add(new Tuple2<>(path, made.getOrDefault(path, Thumbnail.missing(why))));
        }
        return all.iterator();
    }

    /** One task's reading. */
    private final class Reading {
        private final Configuration once;
        private final ThumbnailEncoder encoder;
        private final Map<String, Thumbnail> made;
        private final long end = System.nanoTime() + time.toNanos();

        Reading(Configuration once, ThumbnailEncoder encoder, Map<String, Thumbnail> made) {
            this.once = once;
            this.encoder = encoder;
            this.made = made;
        }

        private boolean isOver() {
            return System.nanoTime() - end >= 0;
        }

        void read(List<String> paths) {
            Map<String, Members> archives = new LinkedHashMap<>();
            for (String path : paths) {
                if (isOver()) {
                    return;
                }
                readFile(path, archives);
            }
            archives.values().forEach(this::readMembers);
        }

        /** Makes the thumbnail of a file of its own, or finds the archive that an image is in. */
        private void readFile(String path, Map<String, Members> archives) {
            try {
                Optional<FileStatus> file = file(path);
                if (file.isPresent()) {
                    made.put(path, ofFile(file.get()));
                    return;
                }
                for (int at = path.indexOf(SEPARATOR); at > 0; at = path.indexOf(SEPARATOR, at + 1)) {
                    String archive = path.substring(0, at);
                    Members members = archives.get(archive);
                    Optional<FileStatus> found = members == null ? file(archive) : Optional.empty();
                    if (found.isPresent()) {
                        members = new Members(shard(archive, found.get()), new HashSet<>());
                        archives.put(archive, members);
                    }
                    if (members != null) {
                        members.paths().add(path);
                        return;
                    }
                }
                made.put(path, Thumbnail.missing("gone"));
            } catch (IOException | RuntimeException | FSError e) {
                failed(path, e);
            }
        }

        private Optional<FileStatus> file(String path) throws IOException {
            Path file = new Path(path);
            try {
                FileStatus status = StoreFiles.fileSystem(file, once).getFileStatus(file);
                return status.isFile() ? Optional.of(status) : Optional.empty();
            } catch (FileNotFoundException e) {
                return Optional.empty();
            }
        }

        private Thumbnail ofFile(FileStatus file) throws IOException {
            if (file.getLen() > LARGEST_FILE) {
                return Thumbnail.missing("too large to show");
            }
            FileSystem fileSystem = StoreFiles.fileSystem(file.getPath(), once);
            try (InputStream in = fileSystem.open(file.getPath())) {
                return encoder.encode(in.readNBytes(LARGEST_FILE));
            }
        }

        private void readMembers(Members members) {
            ShardFile shard = members.archive();
            try {
                if (format(members) == ShardFormat.PARQUET) {
                    try (ImageFetcher fetcher = ShardFetchers.of(Container.PARQUET, once, fields)) {
                        members.paths().stream().sorted().forEach(path -> readMember(fetcher, row(shard, path)));
                    }
                    return;
                }
                try (ImageIterator images =
                        ShardIndex.of(format(members), once, fields).images(shard)) {
                    readMembers(members, images);
                }
            } catch (IOException | RuntimeException | FSError e) {
                members.paths().stream().filter(path -> !made.containsKey(path)).forEach(path -> failed(path, e));
            }
        }

        /** Looks at an archive's members in their order until it has found those that are wanted. */
        private void readMembers(Members members, ImageIterator images) throws IOException {
            int found = 0;
            ImageFetcher fetcher = null;
            try {
                while (found < members.paths().size() && !isOver() && images.hasNext()) {
                    ImageRef image = images.next();
                    if (members.paths().contains(image.path())) {
                        if (fetcher == null) {
                            fetcher = ShardFetchers.of(image.location().container(), once, fields);
                        }
                        readMember(fetcher, image);
                        found++;
                    }
                }
            } finally {
                if (fetcher != null) {
                    fetcher.close();
                }
            }
        }

        private void readMember(ImageFetcher fetcher, ImageRef image) {
            if (isOver()) {
                return;
            }
            try {
                byte[] encoded = fetcher.fetch(image, LARGEST_FILE + 1).encoded();
                made.put(
                        image.path(),
                        encoded.length > LARGEST_FILE
                                ? Thumbnail.missing("too large to show")
                                : encoder.encode(encoded));
            } catch (IOException | RuntimeException | FSError e) {
                failed(image.path(), e);
            }
        }

        private void failed(String path, Throwable e) {
            LOG.debug("no picture of {}", path, e);
            made.put(
                    path,
                    Thumbnail.missing(
                            e instanceof FileNotFoundException || e.getCause() instanceof FileNotFoundException
                                    ? "gone"
                                    : "unreadable"));
        }
    }

    /** Called as the rows of its members call it. */
    private static ShardFile shard(String path, FileStatus file) {
        return new ShardFile(path, file.getLen(), file.getModificationTime());
    }

    private static ShardFormat format(Members members) {
        String member = members.paths().iterator().next();
        member = member.substring(member.lastIndexOf(SEPARATOR) + SEPARATOR.length());
        ShardFormat byMember = member.startsWith(RECORD)
                ? ShardFormat.TFRECORD
                : member.startsWith(ROW) ? ShardFormat.PARQUET : ShardFormat.TAR;
        return ShardFormat.byName(Text.fileName(members.archive().path())).orElse(byMember);
    }

    private static ImageRef row(ShardFile file, String path) {
        long row = Long.parseLong(path.substring(path.lastIndexOf(ROW) + ROW.length()));
        return new ImageRef(
                path,
                new ImageRef.Location(file.path(), Container.PARQUET, row),
                0,
                file.modifiedMillis(),
                null,
                null,
                null);
    }
}
