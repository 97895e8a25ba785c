package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
    },

    /** {@code torch.save} before PyTorch 1.6: pickles and raw storages, back to back. */
    PYTORCH_LEGACY("pytorch-legacy") {
        @Override
        Checkpoint open(Path file) {
            return PyTorchLegacy.open(file);
        }
    },

    /** Hugging Face's format: a JSON header and raw tensors. */
    SAFETENSORS("safetensors") {
        @Override
        Checkpoint open(Path file) {
            return Safetensors.open(file);
        }
    };

    private static final int SNIFF_BYTES = 512;
    private static final int TAR_MAGIC_AT = 257;
    private static final String KNOWN = "give a PyTorch (.pth) or safetensors file";

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
        byte[] head = head(file);
        if (startsWith(head, "PK\3\4")) {
            return PYTORCH_ZIP;
        }
        if (startsWith(head, PyTorchLegacy.MAGIC)) {
            return PYTORCH_LEGACY;
        }
        if (head.length > Safetensors.LENGTH_BYTES && head[Safetensors.LENGTH_BYTES] == '{') {
            return SAFETENSORS;
        }
        throw CardinalException.checkpoint("checkpoint " + file + " " + whatElse(head));
    }

    private static byte[] head(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(SNIFF_BYTES);
        } catch (IOException e) {
            throw CardinalException.checkpoint("checkpoint " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static String whatElse(byte[] head) {
        if (head.length == 0) {
            return "is empty; download it again";
        }
        if (startsWith(head, "version https://git-lfs")) {
            return "is a Git LFS pointer, not the file it stands for; fetch that with git lfs pull";
        }
        if (startsWith(head, "<")) {
            return "is a web page or XML, not weights; download the file that it links to";
        }
        if (new String(head, StandardCharsets.ISO_8859_1).startsWith("ustar", TAR_MAGIC_AT)) {
            return "is a TAR archive, as the first versions of PyTorch wrote; load it with PyTorch and save it again";
        }
        return "is of no container Cardinal reads; " + KNOWN;
    }

    private static boolean startsWith(byte[] head, String latin1) {
        return new String(head, StandardCharsets.ISO_8859_1).startsWith(latin1);
    }
}
