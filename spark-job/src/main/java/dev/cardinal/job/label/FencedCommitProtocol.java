package dev.cardinal.job.label;

import org.apache.hadoop.mapreduce.JobContext;
import org.apache.spark.internal.io.FileCommitProtocol.TaskCommitMessage;
import org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol;
import scala.collection.immutable.Seq;

/**
 * Spark's own commit protocol, which before it publishes a commit asks whether the run still holds the table's lock: a run that
 * was taken for dead while its tasks ran must not add its rows to those of the run that took over.
 *
 * <p>Named to Spark by its class name; made on the driver, serialized to executors, which only write.
 */
public final class FencedCommitProtocol extends SQLHadoopMapReduceCommitProtocol {
    private static final long serialVersionUID = 1L;

    private final String table;

    public FencedCommitProtocol(String jobId, String path, boolean dynamicPartitionOverwrite) {
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
