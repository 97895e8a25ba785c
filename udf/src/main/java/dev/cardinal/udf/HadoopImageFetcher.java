package dev.cardinal.udf;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
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
    public Fetched fetch(ImageRef image, int limit) throws IOException {
        Path path = new Path(image.path());
        try (InputStream in = fileSystem(path).open(path)) {
            return Fetched.of(in.readNBytes(limit));
        } catch (FileNotFoundException e) {
            throw new UnreadableImageException("gone or not permitted: " + e.getMessage(), e);
        } catch (AccessDeniedException | AccessControlException e) {
            throw new UnreadableImageException("not permitted: " + e.getMessage(), e);
        } catch (FSError e) {
            throw new UnreadableImageException("the local disk cannot read it: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {}

    /** On the local disk the file alone: a checksum file beside it may be left over from another, or have no name at all. */
    private FileSystem fileSystem(Path path) throws IOException {
        FileSystem fileSystem = path.getFileSystem(configuration);
        return fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
    }
}
