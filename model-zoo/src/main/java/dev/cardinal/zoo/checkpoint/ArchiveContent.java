package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.FormatDetector.Container;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Unpacks an archive that contains one file into a temporary file, which the caller deletes. Limits its size, because a
 * small archive can contain a huge file.
 */
final class ArchiveContent {
    private static final long MAX_BYTES = 1L << 36;
    private static final long FREE_BYTES = 16 << 20;
    /** Weights can hardly be compressed; only zeros can. */
    private static final long MAX_RATIO = 20;

    private static final int MAX_NAMES = 100_000;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Set<String> FIRST_PYTORCH_VERSIONS = Set.of("sys_info", "pickle", "tensors", "storages");

    private ArchiveContent() {}

    /**
     * Returns the only file of an archive.
     *
     * @throws CardinalException if the archive is corrupt, or contains more than one file or none
     */
    static CheckpointSource unpack(CheckpointSource archive, Container container) {
        try {
            return switch (container) {
                case GZIP -> gunzip(archive);
                case TAR -> untar(archive);
                default -> unzip(archive);
            };
        } catch (IOException | RuntimeException e) {
            if (e instanceof CardinalException known) {
                throw known;
            }
            // The libraries also throw unchecked exceptions if an archive is corrupt.
            throw CardinalException.checkpoint(
                    "checkpoint " + archive.name() + " cannot be unpacked: "
                            + CheckpointErrors.plain(String.valueOf(e.getMessage()))
                            + "; check that it is complete, or download it again",
                    e);
        }
    }

    private static CheckpointSource gunzip(CheckpointSource archive) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(archive.path()), BUFFER_BYTES)) {
            return archive.content(copy(in, archive), archive.name());
        }
    }

    private static CheckpointSource unzip(CheckpointSource archive) throws IOException {
        String name = ZipContent.singleFile(archive);
        try (ZipFile zip = ZipFile.builder().setPath(archive.path()).get()) {
            ZipArchiveEntry entry = zip.getEntry(name);
            try (InputStream in = zip.getInputStream(entry)) {
                return content(archive, name, copy(in, archive));
            }
        }
    }

    private static CheckpointSource untar(CheckpointSource archive) throws IOException {
        List<String> names = tarNames(archive);
        if (Set.copyOf(names).containsAll(FIRST_PYTORCH_VERSIONS)) {
            throw CardinalException.checkpoint(
                    "checkpoint " + archive.name()
                            + " is a TAR archive, the format of the first PyTorch versions; load it with PyTorch and save it again");
        }
        if (names.size() != 1) {
            throw notOneFile(archive, "TAR", names);
        }
        try (TarArchiveInputStream tar = tar(archive)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (isFile(entry)) {
                    return content(archive, entry.getName(), copy(tar, archive));
                }
            }
        }
        throw notOneFile(archive, "TAR", List.of());
    }

    private static List<String> tarNames(CheckpointSource archive) throws IOException {
        List<String> names = new ArrayList<>();
        try (TarArchiveInputStream tar = tar(archive)) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null && names.size() < MAX_NAMES;
                    entry = tar.getNextEntry()) {
                if (isFile(entry)) {
                    names.add(entry.getName());
                }
            }
        }
        return names;
    }

    private static boolean isFile(TarArchiveEntry entry) {
        return entry.isFile() && !entry.isLink() && !entry.isSymbolicLink() && !isLitter(entry.getName());
    }

    /** Returns whether macOS adds the file to an archive. */
    static boolean isLitter(String name) {
        String last = name.substring(name.lastIndexOf('/') + 1);
        return name.startsWith("__MACOSX/") || last.startsWith("._") || last.equals(".DS_Store");
    }

    private static TarArchiveInputStream tar(CheckpointSource archive) throws IOException {
        return new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(archive.path())));
    }

    private static CheckpointSource content(CheckpointSource archive, String name, Path temporary) {
        String plain = CheckpointErrors.plain(name);
        return archive.content(temporary, plain + " in " + archive.name())
                .withNote("read " + plain + " from the archive " + archive.name());
    }

    static CardinalException notOneFile(CheckpointSource archive, String kind, List<String> names) {
        String content = names.isEmpty()
                ? "no file"
                : CheckpointErrors.some(
                        names.stream().map(CheckpointErrors::plain).toList());
        return CardinalException.checkpoint("checkpoint " + archive.name() + " is a " + kind + " archive that contains "
                + content + "; unpack it and give the file of the weights");
    }

    private static Path copy(InputStream in, CheckpointSource archive) throws IOException {
        long most = Math.min(MAX_BYTES, FREE_BYTES + MAX_RATIO * Files.size(archive.path()));
        Path temporary = Files.createTempFile("cardinal-checkpoint", null);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary), BUFFER_BYTES)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            long copied = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                copied += count;
                if (copied > most) {
                    throw CardinalException.checkpoint("checkpoint " + archive.name() + " contains more than " + most
                            + " bytes, too many for weights; unpack it yourself if this is right");
                }
                out.write(buffer, 0, count);
            }
            return temporary;
        } catch (IOException | RuntimeException e) {
            Files.delete(temporary);
            throw e;
        }
    }
}
