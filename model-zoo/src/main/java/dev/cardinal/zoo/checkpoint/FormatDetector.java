package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Detects what a checkpoint file is from its first bytes, and explains what other files are. */
final class FormatDetector {
    private static final int SNIFF_BYTES = 512;
    private static final int TAR_MAGIC_AT = 257;
    private static final int TEXT_IN_MESSAGE = 60;
    private static final String ADVICE = "give a PyTorch (.pth), safetensors or Torch7 (.t7) file";
    private static final String EXPORT = "export it with model.export(directory) and give that SavedModel to --model";
    private static final Pattern PICKLE = Pattern.compile("\\x80[\\x02-\\x05].*", Pattern.DOTALL);
    private static final Pattern ONNX =
            Pattern.compile("\\x08[\\x03-\\x40](?:\\x12[\\x01-\\x7f][ -~]|[\\x1a\\x22\\x3a\\x42]).*", Pattern.DOTALL);

    private static final Pattern GRAPH =
            Pattern.compile("\\x0a[\\x00-\\xff]{1,3}?\\x0a[\\x01-\\x7f][A-Za-z0-9_.][ -~]*\\x12.*", Pattern.DOTALL);

    private static final Pattern GRAPH_AS_TEXT =
            Pattern.compile("(node \\{|saved_model_schema_version: ).*", Pattern.DOTALL);
    private static final Pattern TENSORFLOW_DATA = Pattern.compile(".*\\.data-\\d{5}-of-\\d{5}");
    private static final long SSTABLE_MAGIC = 0xdb4775248b80fb57L;
    private static final int SSTABLE_FOOTER = 48;
    /** Also the end of the message for a directory. */
    static final String TENSORFLOW_CHECKPOINT =
            "a checkpoint of TensorFlow, not of PyTorch; build the model in Python, restore the"
                    + " weights, export it with model.export(directory), and give that SavedModel to --model";

    /** The first bytes of files that are not checkpoints, with the end of their message. */
    private static final Map<String, String> OTHERS = others();

    private FormatDetector() {}

    /** What a file is. */
    enum Container {
        ZIP,
        PYTORCH_LEGACY,
        SAFETENSORS,
        TORCH7,
        SHARD_INDEX,
        GZIP,
        TAR
    }

    private static Map<String, String> others() {
        Map<String, String> others = new LinkedHashMap<>();
        others.put("version https://git-lfs", "a Git LFS pointer instead of the file itself; run git lfs pull");
        others.put("\u0089HDF\r\n\u001a\n", "an HDF5 file, as Keras (.h5) saves, not a PyTorch checkpoint; " + EXPORT);
        others.put("\u0093NUMPY", "a NumPy array (.npy), not a checkpoint; " + ADVICE);
        others.put("PK\5\6", "an empty zip archive; download it again");
        others.put("GGUF", "a GGUF file of llama.cpp, not a checkpoint; " + ADVICE);
        others.put("BZh", "compressed with bzip2; run bunzip2 and give the result");
        others.put("\u00fd7zXZ\0", "compressed with xz; run unxz and give the result");
        others.put("(\u00b5/\u00fd", "compressed with zstd; run unzstd and give the result");
        others.put("7z\u00bc\u00af'\u001c", "a 7z archive; unpack it and give the file of the weights");
        others.put("Rar!", "a RAR archive; unpack it and give the file of the weights");
        others.put("\u0008\u0001\u0012", "a saved_model.pb of TensorFlow; give its directory to --model");
        return others;
    }

    /**
     * Detects what a file is. Its name does not matter.
     *
     * @throws CardinalException if the file is missing, is unreadable, or is not a checkpoint
     */
    static Container detect(CheckpointSource source) {
        Path file = source.path();
        if (!Files.isRegularFile(file)) {
            throw CardinalException.checkpoint(
                    "checkpoint " + source.name() + (Files.exists(file) ? " is not a file" : " does not exist"));
        }
        byte[] head = head(source);
        String latin1 = new String(head, StandardCharsets.ISO_8859_1);
        if (isTensorFlowCheckpoint(source)) {
            throw CardinalException.checkpoint("checkpoint " + source.name() + " is " + TENSORFLOW_CHECKPOINT);
        }
        if (latin1.startsWith("PK\3\4")) {
            return Container.ZIP;
        }
        if (PyTorchLegacy.MAGIC.matcher(latin1).lookingAt()) {
            return Container.PYTORCH_LEGACY;
        }
        if (latin1.startsWith("\u001f\u008b")) {
            return Container.GZIP;
        }
        if (latin1.startsWith("ustar", TAR_MAGIC_AT)) {
            return Container.TAR;
        }
        String text = text(head);
        if (text != null && text.stripLeading().startsWith("{") && ShardedCheckpoint.isIndex(file)) {
            return Container.SHARD_INDEX;
        }
        if (text == null && looksLikeSafetensors(head)) {
            return Container.SAFETENSORS;
        }
        if (text == null && !isZero(head) && beginsWithTorch7Tag(head)) {
            return Container.TORCH7;
        }
        throw CardinalException.checkpoint("checkpoint " + source.name() + " is " + explain(head, latin1, text));
    }

    /** Returns whether a file is the index of a TensorFlow checkpoint, a sorted table that ends with this number, or its data. */
    private static boolean isTensorFlowCheckpoint(CheckpointSource source) {
        if (TENSORFLOW_DATA.matcher(source.path().getFileName().toString()).matches()) {
            return true;
        }
        try (FileChannel file = FileChannel.open(source.path())) {
            ByteBuffer end = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            long start = file.size() - Long.BYTES;
            return file.size() >= SSTABLE_FOOTER
                    && file.read(end, start) == Long.BYTES
                    && end.getLong(0) == SSTABLE_MAGIC;
        } catch (IOException e) {
            throw CardinalException.checkpoint("checkpoint " + source.name() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean looksLikeSafetensors(byte[] head) {
        if (head.length <= Safetensors.LENGTH_BYTES || head[Safetensors.LENGTH_BYTES] != '{') {
            return false;
        }
        // The ninth byte of a Torch7 table of 123 entries is also '{', but follows a tag and an index that is not 0.
        return littleEndian(head, 0) != Torch7Reader.TABLE_TAG || littleEndian(head, Integer.BYTES) == 0;
    }

    private static boolean isZero(byte[] head) {
        for (byte value : head) {
            if (value != 0) {
                return false;
            }
        }
        return head.length == SNIFF_BYTES;
    }

    private static boolean beginsWithTorch7Tag(byte[] head) {
        return head.length >= Integer.BYTES
                && littleEndian(head, 0) >= 0
                && littleEndian(head, 0) <= Torch7Reader.LAST_TAG;
    }

    private static int littleEndian(byte[] head, int at) {
        return ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }

    private static byte[] head(CheckpointSource source) {
        try (InputStream in = Files.newInputStream(source.path())) {
            return in.readNBytes(SNIFF_BYTES);
        } catch (IOException e) {
            throw CardinalException.checkpoint("checkpoint " + source.name() + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Returns the first bytes as text, or null if they are not text. */
    private static @Nullable String text(byte[] head) {
        try {
            // Ignores a character at the end that is not complete.
            ByteBuffer in = ByteBuffer.wrap(head);
            CharBuffer out = CharBuffer.allocate(head.length);
            CoderResult result = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(in, out, false);
            if (result.isError()) {
                result.throwException();
            }
            String text = out.flip().toString();
            return text.chars().allMatch(c -> c >= ' ' || Character.isWhitespace(c)) ? text : null;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static String explain(byte[] head, String latin1, @Nullable String text) {
        if (head.length == 0) {
            return "empty; download it again";
        }
        if (isZero(head)) {
            return "incomplete: it begins with zeros; download it again";
        }
        for (Map.Entry<String, String> other : OTHERS.entrySet()) {
            if (latin1.startsWith(other.getKey())) {
                return other.getValue();
            }
        }
        if (text != null && GRAPH_AS_TEXT.matcher(text).matches()) {
            return "a graph of TensorFlow as text; give the SavedModel that it was made from to --model";
        }
        if (text != null) {
            return explain(text);
        }
        if (GRAPH.matcher(latin1).matches()) {
            return "a graph of TensorFlow (.pb); give the SavedModel that it was made from to --model";
        }
        if (PICKLE.matcher(latin1).matches()) {
            return "a bare pickle, not a file of torch.save; load it in Python and save its weights as tensors with"
                    + " torch.save";
        }
        if (ONNX.matcher(latin1).matches()) {
            return "an ONNX model, not a checkpoint; give the PyTorch checkpoint that it was exported from";
        }
        if (latin1.startsWith("TFL3", 4)) {
            return "a TensorFlow Lite model, not a checkpoint; " + ADVICE;
        }
        return "not a checkpoint format that Cardinal reads: " + ADVICE;
    }

    private static String explain(String text) {
        String begin = text.strip().replaceAll("\\s+", " ");
        if (begin.startsWith("<")) {
            return "not a checkpoint: the file contains HTML or XML; download the file that the page links to";
        }
        String kind = begin.startsWith("{") || begin.startsWith("[") ? "JSON" : "text";
        String quoted = begin.length() <= TEXT_IN_MESSAGE ? begin : begin.substring(0, TEXT_IN_MESSAGE) + "...";
        return "not a checkpoint: the file contains " + kind + ": " + CheckpointErrors.plain(quoted)
                + "; download the file again";
    }
}
