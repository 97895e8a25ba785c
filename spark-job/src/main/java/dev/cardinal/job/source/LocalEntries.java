package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.SkipReason;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Handles what only local disks have: links that form loops, pipes and devices that never end, names that cannot be decoded. One
 * instance for each listing; not thread-safe.
 */
final class LocalEntries {
    /** The character with which Java replaces bytes that it cannot decode. */
    private static final char UNDECODABLE = '\uFFFD';

    private final LocalFileSystem fileSystem;
    private final Set<java.nio.file.Path> visited = new HashSet<>();

    LocalEntries(LocalFileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    /** Returns true the first time a directory is visited, following symbolic links. */
    boolean isFirstVisit(Path directory) throws IOException {
        return visited.add(fileSystem.pathToFile(directory).toPath().toRealPath());
    }

    /** Returns whether an entry is a named pipe, a socket or a device. */
    boolean isSpecial(FileStatus entry) {
        return !entry.isDirectory()
                && !Files.isRegularFile(fileSystem.pathToFile(entry.getPath()).toPath());
    }

    /** Counts entries of a directory that Hadoop does not list: broken links, and names that are not in the locale's encoding. */
    Map<SkipReason, Long> unlisted(Path directory, long listed) {
        String[] names = fileSystem.pathToFile(directory).list();
        long unlisted = names == null ? 0 : Math.max(0, names.length - listed);
        Map<SkipReason, Long> counts = new EnumMap<>(SkipReason.class);
        if (names == null || unlisted == 0) {
            return counts;
        }
        long undecodable = count(names, name -> name.indexOf(UNDECODABLE) >= 0);
        long checksums =
                count(names, name -> name.startsWith(".") && name.endsWith(".crc")); // Hadoop's own, of other files
        long markers = Math.min(unlisted, checksums);
        long notUtf8 = Math.min(unlisted - markers, undecodable);
        counts.put(SkipReason.MARKER, markers);
        counts.put(SkipReason.NOT_UTF8, notUtf8);
        counts.put(SkipReason.LINK, unlisted - markers - notUtf8);
        return counts;
    }

    private static long count(String[] names, Predicate<String> wanted) {
        return Arrays.stream(names).filter(wanted).count();
    }
}
