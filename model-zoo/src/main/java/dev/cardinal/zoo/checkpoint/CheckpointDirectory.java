package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the checkpoint in a directory, such as a downloaded repository of Hugging Face. */
final class CheckpointDirectory {
    private static final int MAX_FILES = 10_000;
    /** The names of Hugging Face, in the order of preference of its libraries. */
    private static final List<String> NAMES = List.of(
            "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json");

    private static final List<String> INDEXES = List.of(".safetensors.index.json", ".bin.index.json");
    private static final List<String> ENDINGS =
            List.of(".safetensors", ".pth", ".pt", ".ckpt", ".pth.tar", ".bin", ".t7", ".pth.gz");

    private static final Pattern DEEPSPEED = Pattern.compile("(zero_pp_rank|mp_rank|bf16_zero_pp_rank)_.*_states\\.pt");

    private CheckpointDirectory() {}

    /** @throws CardinalException if there is no file of weights or no way to choose one */
    static CheckpointSource source(Path directory) {
        List<String> names = names(directory);
        List<String> known = NAMES.stream().filter(names::contains).toList();
        List<String> indexes = ending(names, INDEXES);
        List<String> files = ending(names, ENDINGS);
        if (!known.isEmpty()) {
            return chosen(directory, known.get(0), known.subList(1, known.size()));
        }
        if (indexes.size() == 1) {
            return chosen(directory, indexes.get(0), List.of());
        }
        String other = otherFormat(directory, names);
        if (other != null) {
            throw CardinalException.checkpoint("checkpoint " + directory + " is " + other);
        }
        if (indexes.isEmpty() && files.size() == 1) {
            return chosen(directory, files.get(0), List.of());
        }
        List<String> candidates = indexes.isEmpty() ? files : indexes;
        List<String> directories = candidates.isEmpty()
                ? withFile(directory, name -> !ending(List.of(name), ENDINGS).isEmpty())
                : List.of();
        if (!directories.isEmpty()) {
            throw CardinalException.checkpoint("checkpoint " + directory
                    + " is a directory without a file of weights; give one of its directories: "
                    + CheckpointErrors.some(directories));
        }
        throw CardinalException.checkpoint("checkpoint " + directory + " is a directory with "
                + (candidates.isEmpty() ? "no checkpoint" : CheckpointErrors.some(candidates))
                + "; give the file of the weights");
    }

    private static CheckpointSource chosen(Path directory, String name, List<String> others) {
        CheckpointSource source = CheckpointSource.of(directory.resolve(name));
        String instead = others.isEmpty() ? "" : ", not " + String.join(" or ", others);
        return source.withNote("read " + name + " in directory " + directory + instead);
    }

    private static @Nullable String otherFormat(Path directory, List<String> names) {
        if (names.contains("saved_model.pb")) {
            return "a SavedModel of TensorFlow, not a checkpoint of PyTorch; give it to --model";
        }
        if (withFile(directory, "saved_model.pb"::equals).stream().anyMatch(name -> name.matches("\\d+"))) {
            return "a directory of SavedModels for TensorFlow Serving, not a checkpoint of PyTorch; give it to --model";
        }
        if (names.stream().anyMatch(name -> name.endsWith(".index"))) {
            return FormatDetector.TENSORFLOW_CHECKPOINT;
        }
        if (names.contains("data.pkl")) {
            return "the unpacked archive of torch.save; pack it again without compression: run zip -0 -r weights.pth "
                    + directory.getFileName() + " in its parent directory";
        }
        if (names.contains("zero_to_fp32.py") || names.stream().anyMatch(DEEPSPEED.asMatchPredicate())) {
            return "a checkpoint of DeepSpeed: run its zero_to_fp32.py and give the file that it writes, or give the file"
                    + " mp_rank_00_model_states.pt, which contains the weights unless training used ZeRO-3";
        }
        if (names.stream().anyMatch(name -> name.endsWith(".distcp"))) {
            return "a distributed checkpoint of PyTorch; convert it into one file: python -m"
                    + " torch.distributed.checkpoint.format_utils dcp_to_torch DIRECTORY FILE";
        }
        return null;
    }

    private static List<String> ending(List<String> names, List<String> endings) {
        return names.stream()
                .filter(name -> endings.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith))
                .toList();
    }

    /** Returns the directories in a directory that contain such a file, like the checkpoints of a training run. */
    private static List<String> withFile(Path directory, Predicate<String> file) {
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(Files::isDirectory)
                    .limit(MAX_FILES)
                    .filter(child -> names(child).stream().anyMatch(file))
                    .map(child -> child.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw CardinalException.checkpoint("checkpoint " + directory + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<String> names(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .limit(MAX_FILES)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw CardinalException.checkpoint("checkpoint " + directory + " cannot be read: " + e.getMessage(), e);
        }
    }
}
