package dev.cardinal.job.label;

import dev.cardinal.job.common.AtomicFiles;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter;
import org.apache.spark.internal.io.cloud.PathOutputCommitProtocol;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol;

/**
 * Writes rows as Parquet files to a directory that readers of the table do not see, with the committer that suits the file system:
 * on S3, where a rename is a copy, tasks upload their files and the job completes the uploads (S3A's magic committer). A commit
 * protocol or committer that the user configured is kept. Thread-safe; lives on the driver.
 */
final class StagedWriter {
    private static final String S3A_COMMITTER = "fs.s3a.committer.name";
    private static final String COMMIT_PROTOCOL = "spark.sql.sources.commitProtocolClass";
    private static final String PARQUET_COMMITTER = "spark.sql.parquet.output.committer.class";
    private static final String PARQUETS_OWN = "org.apache.parquet.hadoop.ParquetOutputCommitter";
    private static final String TIMESTAMPS = "spark.sql.parquet.outputTimestampType";

    /** Sessions in which rows are being written now; guarded by itself. */
    private static final Map<SparkSession, Settings> WRITING = new HashMap<>();

    private final FileSystem fileSystem;
    private final boolean isObjectStore;

    /** Creates a writer for a fully qualified directory, which need not exist. */
    StagedWriter(FileSystem fileSystem, Path directory) throws IOException {
        this.fileSystem = fileSystem;
        this.isObjectStore = fileSystem.hasPathCapability(directory, AtomicFiles.OBJECT_STORE);
    }

    /** Computes rows and writes them, one file for each of their partitions that is not empty. */
    void write(Dataset<Row> rows, Path staging) {
        SparkSession session = rows.sparkSession();
        DataFrameWriter<Row> writer =
                rows.write().mode(SaveMode.Append).option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false");
        if (isObjectStore) {
            if (fileSystem.getConf().get(S3A_COMMITTER, "file").equals("file")) {
                writer = writer.option(S3A_COMMITTER, "magic");
            }
            if (session.conf().get(PARQUET_COMMITTER).equals(PARQUETS_OWN)) {
                writer = writer.option(PARQUET_COMMITTER, BindingParquetOutputCommitter.class.getName());
            }
        }
        begin(session);
        try {
            writer.parquet(staging.toString());
        } finally {
            end(session);
        }
    }

    private void begin(SparkSession session) {
        synchronized (WRITING) {
            Settings settings = WRITING.computeIfAbsent(session, any -> new Settings());
            settings.change(session.conf(), isObjectStore);
            settings.writers++;
        }
    }

    private static void end(SparkSession session) {
        synchronized (WRITING) {
            Settings settings = WRITING.get(session);
            if (settings != null && --settings.writers == 0) {
                settings.before.forEach(session.conf()::set);
                WRITING.remove(session);
            }
        }
    }

    /** Settings that exist only for a whole session, and their values before the first of its writers. */
    private static final class Settings {
        private final Map<String, String> before = new HashMap<>();
        private int writers;

        /** Changes the settings that a writer needs, unless another one has changed them. */
        private void change(RuntimeConfig conf, boolean isObjectStore) {
            set(conf, TIMESTAMPS, "TIMESTAMP_MICROS");
            if (isObjectStore && conf.get(COMMIT_PROTOCOL).equals(SQLHadoopMapReduceCommitProtocol.class.getName())) {
                set(conf, COMMIT_PROTOCOL, PathOutputCommitProtocol.class.getName());
            }
        }

        private void set(RuntimeConfig conf, String key, String value) {
            before.putIfAbsent(key, conf.get(key));
            conf.set(key, value);
        }
    }
}
