package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file formats that hold weights. */
public enum Container {
    /** {@code torch.save} since PyTorch 1.6: a zip archive of a pickle and raw storages. */
    PYTORCH_ZIP("pytorch-zip") {
        @Override
        Checkpoint open(Path file) {
            return PyTorchZip.open(file);
        }
    };

    private static final int SNIFF_BYTES = 16;

    private final String id;

    Container(String id) {
        this.id = id;
    }

    /** Its name in a bundle's provenance. */
    public String id() {
        return id;
    }

    abstract Checkpoint open(Path file);

    /**
     * Tells a file's container by its first bytes, never by its name.
     *
     * @throws CardinalException if the file is missing, unreadable, or of no known container
     */
    static Container of(Path file) {
        if (!Files.isRegularFile(file)) {
            throw CardinalException.checkpoint(
                    "checkpoint " + file + (Files.exists(file) ? " is not a file" : " does not exist"));
        }
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(SNIFF_BYTES);
        } catch (IOException e) {
            throw CardinalException.checkpoint("checkpoint " + file + " cannot be read: " + e.getMessage(), e);
        }
        if (head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4) {
            return PYTORCH_ZIP;
        }
        throw CardinalException.checkpoint("checkpoint " + file
                + " is of no container Cardinal reads: PyTorch zip (torch.save since 1.6) begins with 'PK'");
    }
}
