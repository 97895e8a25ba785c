package dev.cardinal.job.doctor;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether a process can write to a directory of the local disk.
 *
 * @param path of the directory
 * @param freeBytes room that is left for this user, 0 where there is a problem
 * @param problem why it cannot be written to, null where it can
 */
record DirectoryFacts(String path, long freeBytes, @Nullable String problem) implements Serializable {

    /** Writes a file of one byte there and deletes it; a directory that is not there is made for it, and deleted with it. */
    static DirectoryFacts of(Path directory) {
        Path made = firstMissing(directory);
        try {
            Files.createDirectories(directory);
            Path probe = Files.createTempFile(directory, ".cardinal-doctor", null);
            try {
                Files.write(probe, new byte[1]);
            } finally {
                Files.delete(probe);
            }
            return new DirectoryFacts(
                    directory.toString(), Files.getFileStore(directory).getUsableSpace(), null);
        } catch (IOException | SecurityException e) {
            return new DirectoryFacts(directory.toString(), 0, e.toString());
        } finally {
            removeEmpty(directory, made);
        }
    }

    /** The highest directory of a path that is not there, null where all are. */
    private static @Nullable Path firstMissing(Path directory) {
        Path missing = null;
        for (Path at = directory.toAbsolutePath(); at != null && !Files.exists(at); at = at.getParent()) {
            missing = at;
        }
        return missing;
    }

    private static void removeEmpty(Path directory, @Nullable Path upTo) {
        if (upTo == null) {
            return;
        }
        Path at = directory.toAbsolutePath();
        try {
            for (; at != null && at.startsWith(upTo); at = at.getParent()) {
                Files.deleteIfExists(at);
            }
        } catch (IOException e) { // somebody uses it by now
            assert at != null;
        }
    }

    /** What is in the way of writing so many bytes there, null where nothing is. */
    @Nullable
    String obstacle(long bytes) {
        if (problem != null) {
            return path + " cannot be written to: " + problem;
        }
        return freeBytes < bytes
                ? path + " has " + Texts.bytes(freeBytes) + " free, " + Texts.bytes(bytes) + " are needed"
                : null;
    }
}
