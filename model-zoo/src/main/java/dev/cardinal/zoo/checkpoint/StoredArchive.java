package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * The entries below the only root folder of a zip archive, found through the central directory and read in place.
 *
 * <p>Every entry is uncompressed, inside the file and does not overlap another entry. Names are unique and stay inside
 * the archive. An archive in which all checksums are 0 has none: {@code torch.serialization.set_crc32_options(False)}.
 * Immutable.
 */
final class StoredArchive {
    private static final String PICKLE = "/data.pkl";
    private static final Pattern PROGRAM = Pattern.compile("[^/]*/(code/.*|constants\\.pkl)", Pattern.DOTALL);
    private static final String ADVICE = "save the weights again with torch.save(model.state_dict(), file)";

    private final CheckpointErrors errors;
    private final String root;
    private final Map<String, StoredBytes> entries;

    private StoredArchive(CheckpointErrors errors, String root, Map<String, StoredBytes> entries) {
        this.errors = errors;
        this.root = root;
        this.entries = entries;
    }

    /** @throws CardinalException if the file is not such an archive */
    static StoredArchive of(MappedFile file) {
        CheckpointErrors errors = file.errors();
        Map<String, StoredBytes> entries = new HashMap<>();
        List<ZipArchiveEntry> directory = directory(file);
        if (directory.stream()
                .anyMatch(entry -> PROGRAM.matcher(entry.getName()).matches())) {
            throw errors.refused("the file is a TorchScript archive, which is a program", ADVICE);
        }
        boolean checksums = directory.stream().anyMatch(entry -> entry.getCrc() != 0);
        for (ZipArchiveEntry entry : directory) {
            requireSafeName(entry, errors);
            if (entries.put(entry.getName(), storedBytes(entry, checksums, file)) != null) {
                throw errors.refused("the archive has two entries named " + entry.getName(), ADVICE);
            }
        }
        requireNoOverlap(entries, errors);
        return new StoredArchive(errors, root(entries, errors), Map.copyOf(entries));
    }

    boolean contains(String name) {
        return entries.containsKey(root + name);
    }

    /** @throws CardinalException if there is no such entry */
    StoredBytes required(String name) {
        StoredBytes entry = entries.get(root + name);
        if (entry == null) {
            throw errors.corrupt("entry " + root + name + " is missing");
        }
        return entry;
    }

    private static List<ZipArchiveEntry> directory(MappedFile file) {
        try (SeekableByteChannel channel = Files.newByteChannel(file.path());
                ZipFile zip = ZipFile.builder().setSeekableByteChannel(channel).get()) {
            return Collections.list(zip.getEntriesInPhysicalOrder());
        } catch (IOException | RuntimeException e) {
            // ZipFile also throws unchecked exceptions if the central directory is invalid.
            throw file.errors().noDirectory(e);
        }
    }

    private static void requireSafeName(ZipArchiveEntry entry, CheckpointErrors errors) {
        String name = entry.getName();
        boolean safe = !name.isEmpty()
                && !name.startsWith("/")
                && name.chars().noneMatch(c -> c == '\\' || c < ' ')
                && List.of(name.split("/")).stream().noneMatch(part -> part.equals("..") || part.equals("."));
        if (!safe) {
            throw errors.refused("entry name '" + name + "' points outside the archive", ADVICE);
        }
    }

    private static StoredBytes storedBytes(ZipArchiveEntry entry, boolean checksums, MappedFile file) {
        CheckpointErrors errors = file.errors();
        if (entry.getMethod() != ZipEntry.STORED) {
            throw errors.refused(
                    "entry " + entry.getName() + " is compressed, but torch.save does not compress", ADVICE);
        }
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw errors.refused("entry " + entry.getName() + " is encrypted", ADVICE);
        }
        long offset = entry.getDataOffset();
        long size = entry.getSize();
        if (offset < 0 || size < 0 || size != entry.getCompressedSize() || offset > file.length() - size) {
            throw errors.corrupt("entry " + entry.getName() + " of " + size + " bytes is not inside the file");
        }
        return new StoredBytes(offset, size, ByteOrder.LITTLE_ENDIAN, checksums ? entry.getCrc() : null);
    }

    private static void requireNoOverlap(Map<String, StoredBytes> entries, CheckpointErrors errors) {
        List<StoredBytes> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(StoredBytes::offset).thenComparingLong(StoredBytes::length));
        for (int i = 1; i < sorted.size(); i++) {
            StoredBytes previous = sorted.get(i - 1);
            if (previous.offset() + previous.length() > sorted.get(i).offset()) {
                throw errors.refused(sorted.get(i).offset(), "two entries overlap", ADVICE);
            }
        }
    }

    private static String root(Map<String, StoredBytes> entries, CheckpointErrors errors) {
        List<String> pickles = entries.keySet().stream()
                .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length())
                .toList();
        if (pickles.size() != 1) {
            throw errors.refused(
                    "the archive has " + pickles.size() + " entries <root>/data.pkl, but must have one", ADVICE);
        }
        return pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length() + 1);
    }
}
