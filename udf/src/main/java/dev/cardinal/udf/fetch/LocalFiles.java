package dev.cardinal.udf.fetch;

import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.attribute.BasicFileAttributes;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what Hadoop does not report about files on a local disk. Hadoop reports a named pipe as an empty file, and opening one
 * waits until another program writes to it. Stateless and thread-safe.
 */
public final class LocalFiles {
    private static final int TYPE = 0170000;
    private static final int PIPE = 0010000;
    private static final int CHARACTER_DEVICE = 0020000;
    private static final int BLOCK_DEVICE = 0060000;
    private static final int SOCKET = 0140000;

    private LocalFiles() {}

    /** Returns the kind of a path that must not be opened, such as {@code a named pipe}; null for files and directories. */
    public static @Nullable String special(FileSystem fileSystem, Path path) {
        File file = local(fileSystem, path);
        if (file == null) {
            return null;
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(file.toPath(), BasicFileAttributes.class);
            return attributes.isOther() ? kind(file.toPath()) : null;
        } catch (IOException | InvalidPathException e) {
            return null; // opening it will fail too
        }
    }

    private static String kind(java.nio.file.Path path) throws IOException {
        try {
            return switch ((int) Files.getAttribute(path, "unix:mode") & TYPE) {
                case PIPE -> "a named pipe";
                case CHARACTER_DEVICE, BLOCK_DEVICE -> "a device";
                case SOCKET -> "a socket";
                default -> "not a regular file";
            };
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return "not a regular file";
        }
    }

    /** Returns whether this user may not enter a directory above a path. Hadoop reports such a path as missing. */
    public static boolean isBelowForbidden(FileSystem fileSystem, Path path) {
        File file = local(fileSystem, path);
        try {
            if (file != null) {
                Files.readAttributes(file.toPath(), BasicFileAttributes.class);
            }
            return false;
        } catch (AccessDeniedException e) {
            return true;
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    /** Returns the path on the local disk, or null if the path is in another file system. */
    private static @Nullable File local(FileSystem fileSystem, Path path) {
        if (fileSystem instanceof LocalFileSystem files) {
            return files.pathToFile(path);
        }
        return fileSystem instanceof RawLocalFileSystem files ? files.pathToFile(path) : null;
    }
}
