package dev.cardinal.job.label;

import dev.cardinal.job.WholeFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.MultipartUploader;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.functional.FutureIO;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol;

/**
 * Puts rows into a table's directory, in the way of its file system.
 *
 * <p>Where a rename is atomic, files lie under {@code _temporary} until their commit renames them. On S3, where it is a copy, they
 * are uploads that their commit completes (S3A's magic committer), whose list lies under {@code __magic_job-<id>}. Lives on the
 * driver; not thread-safe.
 */
final class TableCommitter {
    private static final String TEMPORARY = "_temporary";
    private static final String ATTEMPT = "mapreduce.job.application.attempt.id";
    private static final String MAGIC_PREFIX = "__magic";
    private static final String S3A_COMMITTER = "fs.s3a.committer.name";
    private static final String COMMIT_PROTOCOL = "spark.sql.sources.commitProtocolClass";
    private static final String PARQUET_COMMITTER = "spark.sql.parquet.output.committer.class";
    private static final String PARQUETS_OWN = "org.apache.parquet.hadoop.ParquetOutputCommitter";
    private static final String TIMESTAMPS = "spark.sql.parquet.outputTimestampType";

    private final FileSystem fileSystem;
    private final Path directory;
    private final boolean isObjectStore;

    /** Of a directory, fully qualified, which need not exist. */
    TableCommitter(FileSystem fileSystem, Path directory) throws IOException {
        this.fileSystem = fileSystem;
        this.directory = directory;
        this.isObjectStore = fileSystem.hasPathCapability(directory, WholeFile.OBJECT_STORE);
    }

    /**
     * Appends rows in one commit, which is published only if this process still holds the table's lock. A commit protocol or
     * committer that the user has set is left in place.
     */
    void append(Dataset<Row> rows) {
        RuntimeConfig conf = rows.sparkSession().conf();
        Map<String, String> before = new TreeMap<>();
        Map<String, String> during = new TreeMap<>(Map.of(TIMESTAMPS, "TIMESTAMP_MICROS"));
        if (conf.get(COMMIT_PROTOCOL).equals(SQLHadoopMapReduceCommitProtocol.class.getName())) {
            during.put(
                    COMMIT_PROTOCOL,
                    (isObjectStore ? FencedPathCommitProtocol.class : FencedCommitProtocol.class).getName());
        }
        DataFrameWriter<Row> writer =
                rows.write().mode(SaveMode.Append).option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false");
        if (!isObjectStore) {
            // Files of a run that was taken for dead lie in another directory, which this commit does not publish.
            writer = writer.option(
                    ATTEMPT, Integer.toString(ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE)));
        } else {
            if (fileSystem.getConf().get(S3A_COMMITTER, "file").equals("file")) {
                writer = writer.option(S3A_COMMITTER, "magic");
            }
            if (conf.get(PARQUET_COMMITTER).equals(PARQUETS_OWN)) {
                writer = writer.option(PARQUET_COMMITTER, FencedPathCommitProtocol.PARQUET_COMMITTER);
            }
        }
        during.forEach((key, value) -> {
            before.put(key, conf.get(key));
            conf.set(key, value);
        });
        try {
            writer.parquet(directory.toString());
        } finally {
            before.forEach(conf::set);
        }
    }

    /**
     * Removes what a crashed commit left behind: Hadoop's committer would publish {@code _temporary} with the next commit, and
     * uploads that nobody completes would be stored, and paid for, for ever. The table's lock must be held.
     */
    void removeLeftovers() throws IOException {
        fileSystem.delete(new Path(directory, TEMPORARY), true);
        if (isObjectStore) {
            removeMagic();
            abortUploads();
        }
    }

    private void removeMagic() throws IOException {
        FileStatus[] leftovers;
        try {
            leftovers = fileSystem.listStatus(directory, path -> path.getName().startsWith(MAGIC_PREFIX));
        } catch (FileNotFoundException e) {
            return;
        }
        for (FileStatus leftover : leftovers) {
            fileSystem.delete(leftover.getPath(), true);
        }
    }

    private void abortUploads() throws IOException {
        if (!fileSystem.hasPathCapability(directory, CommonPathCapabilities.FS_MULTIPART_UPLOADER)) {
            return;
        }
        try (MultipartUploader uploader =
                fileSystem.createMultipartUploader(directory).build()) {
            FutureIO.awaitFuture(uploader.abortUploadsUnderPath(directory));
        } catch (CompletionException e) {
            throw new IOException("cannot abort the uploads below " + directory, e);
        }
    }
}
