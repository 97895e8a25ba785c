package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.FormatDetector.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds the checkpoint behind a path: a file of weights, an archive of one such file, an index of shards, or a directory.
 */
final class CheckpointOpener {
    /** Number of nested archives that are unpacked; a tar.gz file counts as two. */
    private static final int MAX_ARCHIVES = 3;

    private CheckpointOpener() {}

    /** @throws CardinalException see {@link Checkpoint#open} */
    static Checkpoint open(Path given) {
        return open(source(given), 0);
    }

    /** Returns the file itself, or the file of a directory. */
    static CheckpointSource source(Path given) {
        return Files.isDirectory(given) ? CheckpointDirectory.source(given) : CheckpointSource.of(given);
    }

    private static Checkpoint open(CheckpointSource source, int archives) {
        Container container = FormatDetector.detect(source);
        return switch (container) {
            case SAFETENSORS -> TensorFile.open(source, CheckpointFormat.SAFETENSORS, Safetensors::contents);
            case PYTORCH_LEGACY -> TensorFile.open(source, CheckpointFormat.PYTORCH_LEGACY, PyTorchLegacy::contents);
            case TORCH7 -> TensorFile.open(source, CheckpointFormat.TORCH7, Torch7::contents);
            case SHARD_INDEX -> {
                if (archives > 0) {
                    throw CardinalException.checkpoint("checkpoint " + source.name()
                            + " is an index of shards in an archive; unpack it and its shards");
                }
                yield ShardedCheckpoint.open(source);
            }
            case ZIP -> {
                if (ZipContent.isCheckpoint(source)) {
                    yield TensorFile.open(source, CheckpointFormat.PYTORCH_ZIP, PyTorchZip::contents);
                }
                yield openContent(source, container, archives);
            }
            case TAR, GZIP -> openContent(source, container, archives);
        };
    }

    private static Checkpoint openContent(CheckpointSource source, Container container, int archives) {
        if (archives == MAX_ARCHIVES) {
            throw CardinalException.checkpoint("checkpoint " + source.name()
                    + " is an archive in an archive in an archive; unpack it and give the file of the weights");
        }
        CheckpointSource content = ArchiveContent.unpack(source, container);
        try {
            return open(content, archives + 1);
        } finally {
            // The content remains available until the checkpoint, which maps the file, is closed.
            delete(content.path());
        }
    }

    private static void delete(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw CardinalException.checkpoint("temporary file " + temporary + " cannot be deleted: " + e, e);
        }
    }
}
