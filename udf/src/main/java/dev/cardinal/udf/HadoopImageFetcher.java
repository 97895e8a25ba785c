package dev.cardinal.udf;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

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
        } catch (IOException e) {
            throw UnreadableImageException.of(e);
        } catch (FSError e) {
            throw UnreadableImageException.of(e);
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
