package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.SkipReason;
import dev.cardinal.udf.shard.SampleName;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Separates images from the files that accompany them: in one directory, files with an image's name and the extension of text
 * or metadata ({@code a.txt} and {@code a.jpg.json} next to {@code a.jpg}); the tables and statistics that img2dataset writes next
 * to its shards; Hugging Face's metadata files. Holds such files back until their directory has been listed, because the image may
 * follow. Not thread-safe.
 *
 * <p>YOLO and Pascal VOC keep annotations in a directory of their own, {@code labels/} next to {@code images/}: {@link #siblings}
 * names the directory whose images count too.
 */
final class SidecarFilter {
    private static final Set<String> IMAGES = Set.of(
            "jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "webp", "tif", "tiff", "ppm", "pgm", "pbm", "pnm",
            "avif", "heic", "heif", "jp2", "j2k", "tga", "ico", "dng", "cr2", "cr3", "nef", "arw");
    private static final Set<String> OTHER_SIDECARS = Set.of("xmp", "aae", "thm", "labels", "npz");
    private static final Pattern IMG2DATASET = Pattern.compile("(\\d{4,})(\\.parquet|_stats\\.json)");
    private static final Pattern SHARD = Pattern.compile("(\\d{4,})(\\.tar|\\.parquet|\\.tfrecord)?");
    /** Directories of annotations, and those of their images. */
    private static final Map<String, List<String>> SIBLINGS = Map.of(
            "labels", List.of("images"),
            "annotations", List.of("images"),
            "Annotations", List.of("JPEGImages", "images", "Images"));

    private static final Pattern METADATA = Pattern.compile("metadata\\.(jsonl|csv|parquet)");

    /** What is appended to the name of a table, so that it is not taken for an image's. */
    private static final String TABLE = "//";

    /** Number of image names that are kept per directory; 60 MB. If there are more, every file that can be a sidecar is one. */
    private static final int MAX_NAMES = 1_000_000;

    /** Number of files that are held back at once; if there are more, the oldest becomes a row. A sorted listing needs only a few. */
    private static final int MAX_WAITING = 100_000;

    private final Sidecars sidecars;
    private final Set<Long> names = new HashSet<>();
    private final Queue<FileEntry> waiting = new ArrayDeque<>();
    private final Map<SkipReason, Long> skipped = new EnumMap<>(SkipReason.class);
    private boolean hasImages;

    SidecarFilter(Sidecars sidecars) {
        this.sidecars = sidecars;
    }

    /** Notes a subdirectory, which may be a shard of img2dataset or hold images that a metadata file describes. */
    void directory(Path directory) {
        hasImages = true;
        noteShard(directory.toString(), directory.getName());
    }

    /** Returns whether files are held back because they may accompany an image. */
    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    /**
     * Returns the directories that may contain the images of a directory of annotations: {@code images/train} for {@code
     * labels/train}.
     *
     * @param root the input, whose own name means nothing
     */
    static List<Path> siblings(Path directory, Path root) {
        String below = "";
        for (Path at = directory; at != null && !at.equals(root) && at.getParent() != null; at = at.getParent()) {
            Path parent = at.getParent();
            String rest = below;
            List<String> names = SIBLINGS.getOrDefault(at.getName(), List.of());
            if (!names.isEmpty()) {
                return names.stream()
                        .map(name -> new Path(parent, "./" + name + rest))
                        .toList();
            }
            below = "/" + at.getName() + below;
        }
        return List.of();
    }

    /** Notes an image whose annotations may be in the directory that is being listed. */
    void imageElsewhere(Path directory, String name) {
        if (isImage(name)) {
            add(withoutExtension(directory + "/" + name));
        }
    }

    /** Passes a file on, now or at the end of its directory, or counts it as skipped. */
    void file(FileEntry file, Consumer<FileEntry> images) {
        String name = file.name();
        if (sidecars == Sidecars.READ) {
            images.accept(file);
        } else if (reason(name) == null) {
            note(file.path(), name);
            images.accept(file);
        } else {
            if (name.endsWith(".parquet")) {
                add(withoutExtension(file.path()) + TABLE);
            }
            waiting.add(file);
            if (waiting.size() > MAX_WAITING) {
                release(waiting.remove(), images);
            }
        }
    }

    private void note(String path, String name) {
        if (isImage(name)) {
            hasImages = true;
            add(withoutExtension(path));
        }
        noteShard(path, name);
    }

    private void noteShard(String path, String name) {
        if (!name.endsWith(".parquet") && SHARD.matcher(name).matches()) {
            add(withoutExtension(path) + "/");
        }
    }

    private void add(String name) {
        if (names.size() < MAX_NAMES) {
            names.add(hash(name));
        }
    }

    private boolean knows(String name) {
        return names.size() >= MAX_NAMES || names.contains(hash(name));
    }

    /** Returns the hash of a name: among a million names, two have the same hash in one of 40 million cases. */
    private static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash ^ (hash >>> 29);
    }

    private static boolean isImage(String name) {
        return IMAGES.contains(extension(name));
    }

    /** Returns why a file may have to be skipped, or null. */
    private static @Nullable SkipReason reason(String name) {
        if (IMG2DATASET.matcher(name).matches() || METADATA.matcher(name).matches()) {
            return SkipReason.METADATA;
        }
        String extension = extension(name);
        return SampleName.isSidecar(extension) || OTHER_SIDECARS.contains(extension) ? SkipReason.SIDECAR : null;
    }

    private void release(FileEntry file, Consumer<FileEntry> images) {
        String name = file.name();
        SkipReason reason = reason(name);
        if (reason != null && isAccompanied(file.path(), name)) {
            skipped.merge(reason, 1L, Long::sum);
        } else {
            images.accept(file);
        }
    }

    private boolean isAccompanied(String path, String name) {
        if (METADATA.matcher(name).matches()) {
            return hasImages;
        }
        String base = withoutExtension(path);
        return knows(base)
                || (isImage(base) && knows(withoutExtension(base)))
                || (IMG2DATASET.matcher(name).matches() && knows(base.replaceFirst("_stats$", "") + "/"))
                || (name.endsWith("_stats.json") && knows(base.replaceFirst("_stats$", "") + TABLE));
    }

    /** Decides on the files that were held back, at the end of a directory. */
    List<ListingEntry> end(Consumer<FileEntry> images) {
        while (!waiting.isEmpty()) {
            release(waiting.remove(), images);
        }
        List<ListingEntry> counts = skipped.entrySet().stream()
                .map(each -> ListingEntry.skipped(each.getKey(), each.getValue()))
                .toList();
        skipped.clear();
        names.clear();
        hasImages = false;
        return counts;
    }

    private static String extension(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    private static String withoutExtension(String path) {
        int dot = path.lastIndexOf('.');
        return dot > path.lastIndexOf('/') ? path.substring(0, dot) : path;
    }
}
