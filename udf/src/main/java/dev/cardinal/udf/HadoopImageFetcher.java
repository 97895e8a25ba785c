package dev.cardinal.udf;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/** Reads images from any Hadoop file system, a file an image. */
final class HadoopImageFetcher implements ImageFetcher {
    private final Configuration configuration;

    HadoopImageFetcher(Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public byte[] fetch(ImageRef image, int limit) throws IOException {
        Path path = new Path(image.path());
        try (InputStream in = fileSystem(path).open(path)) {
            return in.readNBytes(limit);
        } catch (FileNotFoundException e) {
            throw new UnreadableImageException("gone or not permitted: " + e.getMessage(), e);
        } catch (AccessDeniedException | AccessControlException e) {
            throw new UnreadableImageException("not permitted: " + e.getMessage(), e);
        } catch (ChecksumException e) {
            throw new UnreadableImageException("its checksum file does not match: " + e.getMessage(), e);
        }
    }

    /** Hadoop's local file system looks for a checksum file, and has no name for that of a name with a colon. */
    private FileSystem fileSystem(Path path) throws IOException {
        FileSystem fileSystem = path.getFileSystem(configuration);
        return fileSystem instanceof LocalFileSystem local && path.getName().indexOf(':') >= 0
                ? local.getRawFileSystem()
                : fileSystem;
    }
}
