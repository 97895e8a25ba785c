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
 * The entries of a zip archive under its one root folder, found through the central directory and read in place.
 *
 * <p>Every entry is stored as it is, apart from the others and inside the file; names are unique and lead nowhere else. Immutable.
 */
final class StoredArchive {
    private static final String PICKLE = "/data.pkl";
    private static final Pattern PROGRAM = Pattern.compile("[^/]*/(code/.*|constants\\.pkl)", Pattern.DOTALL);
    private static final String ADVICE = "save the weights again with torch.save(model.state_dict(), file)";

    private final Origin origin;
    private final String root;
    private final Map<String, StoredBytes> entries;

    private StoredArchive(Origin origin, String root, Map<String, StoredBytes> entries) {
        this.origin = origin;
        this.root = root;
        this.entries = entries;
    }

    /** @throws CardinalException if the file is no such archive */
    static StoredArchive of(MappedFile file) {
        Origin origin = file.origin();
        Map<String, StoredBytes> entries = new HashMap<>();
        List<ZipArchiveEntry> directory = directory(origin);
        if (directory.stream()
                .anyMatch(entry -> PROGRAM.matcher(entry.getName()).matches())) {
            throw origin.refused("it is a TorchScript archive, which is a program", ADVICE);
        }
        for (ZipArchiveEntry entry : directory) {
            requireSafeName(entry, origin);
            if (entries.put(entry.getName(), storedBytes(entry, file)) != null) {
                throw origin.refused("it has two entries called " + entry.getName(), ADVICE);
            }
        }
        requireApart(entries, origin);
        return new StoredArchive(origin, root(entries, origin), Map.copyOf(entries));
    }

    boolean contains(String name) {
        return entries.containsKey(root + name);
    }

    /** @throws CardinalException if there is no such entry */
    StoredBytes required(String name) {
        StoredBytes entry = entries.get(root + name);
        if (entry == null) {
            throw origin.damaged("entry " + root + name + " is missing");
        }
        return entry;
    }

    private static List<ZipArchiveEntry> directory(Origin origin) {
        try (SeekableByteChannel channel = Files.newByteChannel(origin.file());
                ZipFile zip = ZipFile.builder().setSeekableByteChannel(channel).get()) {
            return Collections.list(zip.getEntriesInPhysicalOrder());
        } catch (IOException | RuntimeException e) {
            // A hostile central directory makes the library throw unchecked exceptions too.
            throw origin.unreadable(e);
        }
    }

    private static void requireSafeName(ZipArchiveEntry entry, Origin origin) {
        String name = entry.getName();
        boolean safe = !name.isEmpty()
                && !name.startsWith("/")
                && name.chars().noneMatch(c -> c == '\\' || c < ' ')
                && List.of(name.split("/")).stream().noneMatch(part -> part.equals("..") || part.equals("."));
        if (!safe) {
            throw origin.refused("entry name '" + name + "' leads out of the archive", ADVICE);
        }
    }

    private static StoredBytes storedBytes(ZipArchiveEntry entry, MappedFile file) {
        Origin origin = file.origin();
        if (entry.getMethod() != ZipEntry.STORED) {
            throw origin.refused("entry " + entry.getName() + " is compressed, and torch.save stores", ADVICE);
        }
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw origin.refused("entry " + entry.getName() + " is encrypted", ADVICE);
        }
        long offset = entry.getDataOffset();
        long size = entry.getSize();
        if (offset < 0 || size < 0 || size != entry.getCompressedSize() || offset > file.length() - size) {
            throw origin.damaged("entry " + entry.getName() + " of " + size + " bytes reaches outside the file");
        }
        return new StoredBytes(offset, size, ByteOrder.LITTLE_ENDIAN, entry.getCrc());
    }

    private static void requireApart(Map<String, StoredBytes> entries, Origin origin) {
        List<StoredBytes> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(StoredBytes::offset).thenComparingLong(StoredBytes::length));
        for (int i = 1; i < sorted.size(); i++) {
            StoredBytes previous = sorted.get(i - 1);
            if (previous.offset() + previous.length() > sorted.get(i).offset()) {
                throw origin.refused(sorted.get(i).offset(), "two entries overlap", ADVICE);
            }
        }
    }

    private static String root(Map<String, StoredBytes> entries, Origin origin) {
        List<String> pickles = entries.keySet().stream()
                .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length())
                .toList();
        if (pickles.size() != 1) {
            throw origin.refused(
                    "it has " + pickles.size() + " entries <root>/data.pkl, a PyTorch zip has one", ADVICE);
        }
        return pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length() + 1);
    }
}
