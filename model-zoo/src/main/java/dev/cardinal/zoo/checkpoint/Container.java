package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
    },

    /** Torch7's {@code .t7}: a tree of Lua objects, here a network of nn modules. */
    TORCH7("torch7") {
        @Override
        Checkpoint open(Path file) {
            return Torch7.open(file);
        }
    };

    private static final int SNIFF_BYTES = 512;
    private static final int TAR_MAGIC_AT = 257;
    private static final String KNOWN = "give a PyTorch (.pth), safetensors or Torch7 (.t7) file";

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
        if (looksLikeSafetensors(head)) {
            return SAFETENSORS;
        }
        if (beginsWithTorch7Tag(head)) {
            return TORCH7;
        }
        throw CardinalException.checkpoint("checkpoint " + file + " " + whatElse(head));
    }

    private static boolean looksLikeSafetensors(byte[] head) {
        if (head.length <= Safetensors.LENGTH_BYTES || head[Safetensors.LENGTH_BYTES] != '{') {
            return false;
        }
        // A Torch7 table of 123 entries has the same ninth byte, after its tag and an index that is not 0.
        return littleEndian(head, 0) != Torch7Reader.TABLE_TAG || littleEndian(head, Integer.BYTES) == 0;
    }

    private static boolean beginsWithTorch7Tag(byte[] head) {
        return head.length >= Integer.BYTES
                && littleEndian(head, 0) >= 0
                && littleEndian(head, 0) <= Torch7Reader.LAST_TAG;
    }

    private static int littleEndian(byte[] head, int at) {
        return ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
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
