package dev.cardinal.job.label;

import org.apache.hadoop.mapreduce.JobContext;
import org.apache.spark.internal.io.FileCommitProtocol.TaskCommitMessage;
import org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter;
import org.apache.spark.internal.io.cloud.PathOutputCommitProtocol;
import scala.collection.immutable.Seq;

/**
 * {@link FencedCommitProtocol} for stores that have a committer of their own, such as S3A.
 *
 * <p>Named to Spark by its class name; made on the driver, serialized to executors, which only write.
 */
public final class FencedPathCommitProtocol extends PathOutputCommitProtocol {
    private static final long serialVersionUID = 1L;

    /** What Spark's Parquet writer must be given, which takes no committer but those that extend Parquet's own. */
    static final String PARQUET_COMMITTER = BindingParquetOutputCommitter.class.getName();

    private final String table;

    public FencedPathCommitProtocol(String jobId, String path, boolean dynamicPartitionOverwrite) {
        super(jobId, path, dynamicPartitionOverwrite);
        this.table = path;
    }

    @Override
    public void commitJob(JobContext job, Seq<TaskCommitMessage> tasks) {
        RunLock.requireHeldToCommit(table);
        super.commitJob(job, tasks);
    }

    /** Removes what the job has written, unless another run has the table now: it removes that itself, with none of its own. */
    @Override
    public void abortJob(JobContext job) {
        if (RunLock.isHeld(table)) {
            super.abortJob(job);
        }
    }
}
