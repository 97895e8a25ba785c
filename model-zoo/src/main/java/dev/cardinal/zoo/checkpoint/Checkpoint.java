package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * An open checkpoint of any supported format: one or more state dicts, which are dictionaries of named tensors.
 *
 * <p>{@link #open} checks the structure of the whole file, so that every tensor that {@link #read} can return is inside
 * the file. The caller of {@link #open} closes the checkpoint, which releases its file handles. Not thread-safe.
 */
public interface Checkpoint extends AutoCloseable {

    /** Returns the format of the file. */
    CheckpointFormat format();

    /**
     * Returns every state dict by the path of its keys, joined by dots: "" for the root of the file, "state_dict",
     * "state.model". Each contains the tensors by their stored name, prefixes included. File order, a dictionary before
     * those that it contains; unmodifiable.
     *
     * <p>Files of safetensors and Torch7 have only the root. A training checkpoint also has dictionaries of other
     * tensors, such as metrics next to an epoch, or an optimizer's state. A dictionary is empty if all of its tensors
     * are {@link #unreadable}.
     */
    Map<String, Map<String, TensorInfo>> stateDicts();

    /**
     * Returns what {@link #read} cannot read, for each key of {@link #stateDicts}: the name of the value and the end of
     * the sentence "tensor fc.weight is ...", such as "of type torch.float8_e4m3fn". This matters only if the card
     * needs a tensor of this name; unmodifiable.
     */
    default Map<String, Map<String, String>> unreadable() {
        return Map.of();
    }

    /**
     * Reads the elements of a tensor as 32-bit floats in row-major order, for any strides in the file.
     *
     * <p>float16 and bfloat16 are converted exactly, float64 is rounded to nearest.
     *
     * @param stateDict a key of {@link #stateDicts}
     * @param name stored name of a tensor in that dictionary
     * @throws CardinalException if the elements are not floating-point numbers, or the file is unreadable or corrupt
     * @throws IllegalArgumentException if there is no tensor of this name
     */
    float[] read(String stateDict, String name);

    /**
     * Returns the files that the checkpoint consists of: usually the opened one; the file that was chosen in a
     * directory; or the index and the shards of a sharded checkpoint, in this order. A hash of the checkpoint covers
     * all of these files.
     */
    default List<Path> files() {
        return List.of();
    }

    /** Returns what the user should know about how the file was read, one line each, such as the file of a directory. */
    default List<String> notes() {
        return List.of();
    }

    /**
     * Returns the value that batch normalization adds to the variance, the same in every layer. Only Torch7 files
     * record it; for the other formats it is part of the architecture.
     */
    default OptionalDouble batchNormEps() {
        return OptionalDouble.empty();
    }

    @Override
    void close();

    /**
     * Returns the file that {@link #open} reads for a path: the path itself, or the file that it chooses in a directory by the names
     * of its files.
     *
     * @throws CardinalException if the directory has no checkpoint or no way to choose one
     */
    static Path file(Path given) {
        return CheckpointOpener.source(given).path();
    }

    /**
     * Returns the names of the shards that an index lists; they are next to the index. Returns nothing if the file is not an
     * index.
     *
     * @throws CardinalException if the file is an invalid index
     */
    static List<String> shards(Path file) {
        return ShardedCheckpoint.shards(file);
    }

    /**
     * Opens a checkpoint and detects its format from the content.
     *
     * @param path the file; an index of shards; a gzip, zip or tar archive of one file, which is unpacked into a
     *     temporary file; or a directory with one checkpoint
     * @throws CardinalException if the file is missing, has an unknown format, is refused as unsafe, or is corrupt; the
     *     message contains the file, the format, the reason and, if known, the offset
     */
    static Checkpoint open(Path path) {
        return CheckpointOpener.open(path);
    }
}
