package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** Recognizes what a zip archive contains from the names of its entries. */
final class ZipContent {
    private static final Pattern PICKLE = Pattern.compile("[^/]*/data\\.pkl");

    private ZipContent() {}

    /** Returns whether the archive has the layout of {@code torch.save}: an entry {@code <root>/data.pkl}. */
    static boolean isCheckpoint(CheckpointSource source) {
        return names(source).stream().anyMatch(name -> PICKLE.matcher(name).matches());
    }

    /**
     * Returns the name of the only file in the archive.
     *
     * @throws CardinalException if the archive does not contain exactly one file, or has a known format
     */
    static String singleFile(CheckpointSource source) {
        List<String> files = names(source).stream()
                .filter(name -> !name.endsWith("/") && !ArchiveContent.isLitter(name))
                .toList();
        String known = known(files);
        if (known != null) {
            throw CardinalException.checkpoint("checkpoint " + source.name() + " is " + known);
        }
        if (files.size() != 1) {
            throw ArchiveContent.notOneFile(source, "zip", files);
        }
        return files.get(0);
    }

    private static @Nullable String known(List<String> files) {
        if (has(files, "(.*/)?archive_format|(.*/)?serialized_exported_program\\.json")) {
            return "a program of torch.export (.pt2), not weights; save them in Python with"
                    + " torch.save(torch.export.load(file).state_dict, other_file)";
        }
        if (has(files, "[^/]*/(code/.*|constants\\.pkl|model\\.json)")) {
            return "a TorchScript archive, which is a program; save the weights again with"
                    + " torch.save(model.state_dict(), file)";
        }
        if (has(files, "model\\.weights\\.h5")) {
            return "a Keras model (.keras), not a PyTorch checkpoint; export it with model.export(directory) and give"
                    + " that SavedModel to --model";
        }
        if (has(files, "[^/]*/\\.data/extern_modules")) {
            return "a torch.package archive, which contains code; load it with torch.package.PackageImporter and save"
                    + " the weights with torch.save(model.state_dict(), file)";
        }
        if (!files.isEmpty() && files.stream().allMatch(name -> name.endsWith(".npy"))) {
            return "a NumPy archive (.npz), not a checkpoint; save its arrays with"
                    + " safetensors.numpy.save_file(dict(numpy.load(file)), other_file)";
        }
        return null;
    }

    private static boolean has(List<String> files, String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return files.stream().anyMatch(name -> compiled.matcher(name).matches());
    }

    private static List<String> names(CheckpointSource source) {
        try (ZipFile zip = ZipFile.builder().setPath(source.path()).get()) {
            return Collections.list(zip.getEntriesInPhysicalOrder()).stream()
                    .map(ZipArchiveEntry::getName)
                    .toList();
        } catch (IOException | RuntimeException e) {
            // ZipFile also throws unchecked exceptions if the central directory is invalid.
            throw new CheckpointErrors(source.name(), CheckpointFormat.PYTORCH_ZIP.id()).noDirectory(e);
        }
    }
}
