package dev.cardinal.job.label;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** The local file system, with modification times from a test clock. */
final class ClockedFileSystem extends RawLocalFileSystem {
    private final TestClock clock;
    private Duration writing = Duration.ZERO;

    ClockedFileSystem(TestClock clock) {
        this.clock = clock;
    }

    /** Sets how long every write takes from now on. */
    void slowDown(Duration duration) {
        writing = duration;
    }

    @Override
    public FSDataOutputStream create(
            Path file, boolean overwrite, int buffer, short replication, long blockSize, Progressable progress)
            throws IOException {
        return dated(file, super.create(file, overwrite, buffer, replication, blockSize, progress));
    }

    @Override
    public FSDataOutputStream create(
            Path file,
            FsPermission permission,
            boolean overwrite,
            int buffer,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        return dated(file, super.create(file, permission, overwrite, buffer, replication, blockSize, progress));
    }

    private FSDataOutputStream dated(Path file, FSDataOutputStream out) throws IOException {
        return new FSDataOutputStream(out, null) {
            @Override
            public void close() throws IOException {
                super.close();
                clock.advance(writing);
                Files.setLastModifiedTime(pathToFile(file).toPath(), FileTime.from(clock.instant()));
            }
        };
    }
}
