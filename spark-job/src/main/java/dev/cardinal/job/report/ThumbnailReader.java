package dev.cardinal.job.report;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.Truncated;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.shard.ImageIterator;
import dev.cardinal.udf.shard.ShardFetchers;
import dev.cardinal.udf.shard.ShardFile;
import dev.cardinal.udf.shard.ShardFormat;
import dev.cardinal.udf.shard.ShardIndex;
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
 * Reads images by the paths of their rows and makes thumbnails of them, until its time is up. The thumbnail of an image that is missing,
 * corrupt or too large says so. Closes what it opens; not thread-safe; lives on executors.
 */
final class ThumbnailReader {
    private static final Logger LOG = LoggerFactory.getLogger(ThumbnailReader.class);

    private static final int LARGEST_FILE = 32 << 20;
    private static final long MOST_PIXELS = 64_000_000;
    /** A pixel takes three bytes, and an image can take at most an eighth of the heap. */
    private static final long HEAP_FOR_PIXEL = 3 * 8;

    private static final String ROW = "row=";

    private final Configuration configuration;
    private final RecordFields fields;
    private final List<String> memberExtensions;
    private final ImagePreparer preparer;
    private final long end;
    private final Map<String, Thumbnail> made = new HashMap<>();

    /** An archive, and the paths of images to read from it. */
    private record Members(ShardFile archive, Set<String> paths) {}

    /** Creates a reader whose time starts now. */
    private ThumbnailReader(Configuration configuration, Thumbnails.How how, ImagePreparer preparer, Duration time) {
        // Do not retry: the page is not worth waiting for a store that fails.
        this.configuration = new Configuration(configuration);
        this.configuration.setInt(Retry.TRIES, 1);
        this.memberExtensions = how.memberExtensions();
        this.fields = new RecordFields(how.imageField(), null, null, List.of());
        this.preparer = preparer;
        this.end = System.nanoTime() + time.toNanos();
    }

    /**
     * Returns a thumbnail for every path. If an image cannot be shown or was not read in time, its thumbnail says so.
     *
     * @param time time after which the remaining images are skipped
     */
    static Map<String, Thumbnail> read(
            List<String> paths, Thumbnails.How how, Duration time, Configuration configuration) {
        Map<String, Thumbnail> thumbnails = new HashMap<>();
        String reason = "not read in time";
        long mostPixels = Math.min(MOST_PIXELS, Runtime.getRuntime().maxMemory() / HEAP_FOR_PIXEL);
        try (ImagePreparer preparer = ImagePreparer.thumbnails(
                Thumbnail.EDGE, new ImageOptions(mostPixels, how.exifOrientation(), Truncated.KEEP))) {
            thumbnails.putAll(new ThumbnailReader(configuration, how, preparer, time).read(paths));
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("the report has no pictures: the image decoder is not available: {}", e.toString());
            reason = "no decoder";
        }
        for (String path : paths) {
            thumbnails.putIfAbsent(path, Thumbnail.missing(reason));
        }
        return thumbnails;
    }

    private boolean isOver() {
        return System.nanoTime() - end >= 0;
    }

    /** Returns thumbnails by path, without those for which there was no time. */
    private Map<String, Thumbnail> read(List<String> paths) {
        Map<String, Members> archives = new LinkedHashMap<>();
        for (String path : paths) {
            if (!isOver()) {
                readFile(path, archives);
            }
        }
        archives.values().forEach(this::readMembers);
        return made;
    }

    /** Makes the thumbnail of a single file, or finds the archive that contains the image. */
    private void readFile(String path, Map<String, Members> archives) {
        try {
            Optional<FileStatus> file = file(path);
            if (file.isPresent()) {
                made.put(path, ofFile(file.get()));
                return;
            }
            for (int at = path.indexOf(ShardFormat.MEMBER); at > 0; at = path.indexOf(ShardFormat.MEMBER, at + 1)) {
                String archive = path.substring(0, at);
                Members members = archives.get(archive);
                Optional<FileStatus> found = members == null ? file(archive) : Optional.empty();
                if (found.isPresent()) {
                    FileStatus status = found.get();
                    // The path is the one that the rows of the members begin with.
                    members = new Members(
                            new ShardFile(archive, status.getLen(), status.getModificationTime()), new HashSet<>());
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
            FileStatus status = FileSystems.fileSystem(file, configuration).getFileStatus(file);
            return status.isFile() ? Optional.of(status) : Optional.empty();
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private Thumbnail ofFile(FileStatus file) throws IOException {
        if (file.getLen() > LARGEST_FILE) {
            return Thumbnail.missing("too large to show");
        }
        FileSystem fileSystem = FileSystems.fileSystem(file.getPath(), configuration);
        try (InputStream in = fileSystem.open(file.getPath())) {
            return Thumbnail.of(in.readNBytes(LARGEST_FILE), preparer);
        }
    }

    private void readMembers(Members members) {
        ShardFormat format = ShardFormat.ofArchive(
                members.paths().iterator().next(), members.archive().path());
        // The fetchers of compressed and uncompressed archives are the same.
        ImageContainer container = ImageContainer.valueOf(format.name());
        try (ImageFetcher fetcher = ShardFetchers.of(container, configuration, fields)) {
            if (format == ShardFormat.PARQUET) {
                members.paths().stream().sorted().forEach(path -> readMember(fetcher, row(members.archive(), path)));
            } else {
                readMembers(members, format, fetcher);
            }
        } catch (IOException | RuntimeException | FSError e) {
            members.paths().stream().filter(path -> !made.containsKey(path)).forEach(path -> failed(path, e));
        }
    }

    /** Reads an archive's members in order until all requested members are found. */
    private void readMembers(Members members, ShardFormat format, ImageFetcher fetcher) throws IOException {
        try (ImageIterator images =
                ShardIndex.of(format, configuration, fields, memberExtensions).images(members.archive())) {
            for (int found = 0; found < members.paths().size() && !isOver() && images.hasNext(); ) {
                ImageRef image = images.next();
                if (members.paths().contains(image.path())) {
                    readMember(fetcher, image);
                    found++;
                }
            }
        }
        if (!isOver()) {
            members.paths().forEach(path -> made.putIfAbsent(path, Thumbnail.missing("gone")));
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
                            : Thumbnail.of(encoded, preparer));
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

    private static ImageRef row(ShardFile file, String path) {
        long row = Long.parseLong(path.substring(path.lastIndexOf(ROW) + ROW.length()));
        return new ImageRef(
                path,
                new ImageRef.Location(file.path(), ImageContainer.PARQUET, row),
                0,
                file.modifiedMillis(),
                null,
                null,
                null);
    }
}
