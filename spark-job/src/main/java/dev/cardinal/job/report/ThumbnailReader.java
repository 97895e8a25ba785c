package dev.cardinal.job.report;

import dev.cardinal.udf.Container;
import dev.cardinal.udf.ImageFetcher;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.RecordFields;
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
import java.util.HashMap;
import java.util.HashSet;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads images by the paths of their rows and makes thumbnails of them, until its time is up. An image that is gone, broken or too
 * large has one that says so. Closes what it opens; not thread-safe; lives on executors.
 */
final class ThumbnailReader {
    private static final Logger LOG = LoggerFactory.getLogger(ThumbnailReader.class);

    private static final int LARGEST_FILE = 32 << 20;
    private static final String SEPARATOR = "!/";
    private static final String RECORD = "record=";
    private static final String ROW = "row=";

    private final Configuration configuration;
    private final RecordFields fields;
    private final ThumbnailEncoder encoder;
    private final long end;
    private final Map<String, Thumbnail> made = new HashMap<>();

    /** An archive, and the paths of images in it. */
    private record Members(ShardFile archive, Set<String> paths) {}

    /**
     * A reader whose time begins now.
     *
     * @param fields which columns or fields of archives are read
     */
    ThumbnailReader(Configuration configuration, RecordFields fields, ThumbnailEncoder encoder, Duration time) {
        // A page is not worth waiting for a store that fails.
        this.configuration = new Configuration(configuration);
        this.configuration.setInt(Retry.TRIES, 1);
        this.fields = fields;
        this.encoder = encoder;
        this.end = System.nanoTime() + time.toNanos();
    }

    private boolean isOver() {
        return System.nanoTime() - end >= 0;
    }

    /** The thumbnails of images by their paths; of those that there was no time for, none. */
    Map<String, Thumbnail> read(List<String> paths) {
        Map<String, Members> archives = new LinkedHashMap<>();
        for (String path : paths) {
            if (!isOver()) {
                readFile(path, archives);
            }
        }
        archives.values().forEach(this::readMembers);
        return made;
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
            FileStatus status = StoreFiles.fileSystem(file, configuration).getFileStatus(file);
            return status.isFile() ? Optional.of(status) : Optional.empty();
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private Thumbnail ofFile(FileStatus file) throws IOException {
        if (file.getLen() > LARGEST_FILE) {
            return Thumbnail.missing("too large to show");
        }
        FileSystem fileSystem = StoreFiles.fileSystem(file.getPath(), configuration);
        try (InputStream in = fileSystem.open(file.getPath())) {
            return encoder.encode(in.readNBytes(LARGEST_FILE));
        }
    }

    private void readMembers(Members members) {
        ShardFile shard = members.archive();
        try {
            if (format(members) == ShardFormat.PARQUET) {
                try (ImageFetcher fetcher = ShardFetchers.of(Container.PARQUET, configuration, fields)) {
                    members.paths().stream().sorted().forEach(path -> readMember(fetcher, row(shard, path)));
                }
                return;
            }
            try (ImageIterator images =
                    ShardIndex.of(format(members), configuration, fields).images(shard)) {
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
                        fetcher = ShardFetchers.of(image.location().container(), configuration, fields);
                    }
                    readMember(fetcher, image);
                    found++;
                }
            }
            if (!isOver()) {
                members.paths().forEach(path -> made.putIfAbsent(path, Thumbnail.missing("gone")));
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
                    encoded.length > LARGEST_FILE ? Thumbnail.missing("too large to show") : encoder.encode(encoded));
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
