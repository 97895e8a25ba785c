package dev.cardinal.job.bundle;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Copies a checkpoint from a Hadoop file system: a file, an index with its shards, or what an import needs of a directory. An import
 * reads the copy, and {@link #named} puts the original name into its messages. Thread-safe.
 *
 * @param original the path that the user gave
 * @param copy the file or directory to import
 */
record RemoteCheckpoint(Path original, java.nio.file.Path copy) {

    /**
     * Copies a checkpoint into a directory of the local disk.
     *
     * @throws CardinalException if the checkpoint does not exist or lacks a shard, or a directory has no checkpoint
     * @throws IOException if a file system fails
     */
    static RemoteCheckpoint fetch(Path original, FileSystem fileSystem, java.nio.file.Path work) throws IOException {
        if (!fileSystem.exists(original)) {
            throw CardinalException.checkpoint("checkpoint " + original + " does not exist");
        }
        RemoteCheckpoint checkpoint = new RemoteCheckpoint(original, work.resolve(original.getName()));
        try {
            checkpoint.fetch(fileSystem);
        } catch (CardinalException e) {
            throw checkpoint.named(e);
        }
        return checkpoint;
    }

    private void fetch(FileSystem fileSystem) throws IOException {
        Path directory = original;
        java.nio.file.Path file = copy;
        if (fileSystem.getFileStatus(original).isDirectory()) {
            Files.createDirectory(copy);
            for (FileStatus child : fileSystem.listStatus(original)) {
                if (child.isFile()) { // the choice depends on the names only
                    Files.createFile(copy.resolve(child.getPath().getName()));
                }
            }
            file = Checkpoint.file(copy);
        } else {
            directory = original.getParent();
        }
        copy(fileSystem, new Path(directory, file.getFileName().toString()), file);
        List<String> shards = Checkpoint.shards(file);
        for (String shard : shards) {
            Path from = new Path(directory, shard);
            if (fileSystem.exists(from)) { // an import names the missing shards
                copy(fileSystem, from, file.resolveSibling(shard));
            }
        }
    }

    private static void copy(FileSystem fileSystem, Path from, java.nio.file.Path to) throws IOException {
        Files.deleteIfExists(to);
        fileSystem.copyToLocalFile(false, from, new Path(to.toUri()), true);
    }

    /** Returns a message with the original name of the checkpoint. */
    String named(String message) {
        return message.replace(copy.toString(), original.toString());
    }

    /** Returns an error whose message has the original name of the checkpoint. */
    CardinalException named(CardinalException error) {
        return CardinalException.checkpoint(named(String.valueOf(error.getMessage())), error);
    }
}
