package dev.cardinal.zoo.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Writes valid and hostile zip archives with the layout of {@code torch.save}. */
final class ZipWriter implements AutoCloseable {
    private final ZipArchiveOutputStream zip;

    ZipWriter(Path file) throws IOException {
        this(file, Zip64Mode.AsNeeded);
    }

    ZipWriter(Path file, Zip64Mode zip64) throws IOException {
        OutputStream out = Files.newOutputStream(file);
        zip = new ZipArchiveOutputStream(out);
        zip.setUseZip64(zip64);
    }

    /** Writes an archive with this pickle and one storage of zeros with key 0. */
    static Path checkpoint(Path file, byte[] pickle, int storageBytes) throws IOException {
        try (ZipWriter zip = new ZipWriter(file)) {
            zip.stored("archive/data.pkl", pickle).stored("archive/data/0", new byte[storageBytes]);
        }
        return file;
    }

    ZipWriter stored(String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        entry.setMethod(ZipArchiveOutputStream.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        return add(entry, content);
    }

    ZipWriter deflated(String name, byte[] content) throws IOException {
        return add(new ZipArchiveEntry(name), content);
    }

    private ZipWriter add(ZipArchiveEntry entry, byte[] content) throws IOException {
        zip.putArchiveEntry(entry);
        zip.write(content);
        zip.closeArchiveEntry();
        return this;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
