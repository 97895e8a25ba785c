package dev.cardinal.job.select;

import org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter;
import org.apache.spark.internal.io.cloud.PathOutputCommitProtocol;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Creates a Spark session for one job, on the caller's Spark context. It starts with the caller's settings; settings that are changed
 * here do not affect other queries. Stateless.
 */
final class SelectSession {
    private static final String GROUP_LIMIT_THRESHOLD = "spark.sql.optimizer.windowGroupLimitThreshold";
    private static final String COMMIT_PROTOCOL = "spark.sql.sources.commitProtocolClass";
    private static final String PARQUET_COMMITTER = "spark.sql.parquet.output.committer.class";
    private static final String PARQUETS_OWN = "org.apache.parquet.hadoop.ParquetOutputCommitter";
    private static final String S3A_COMMITTER = "fs.s3a.committer.name";

    private SelectSession() {}

    static SparkSession of(SparkSession callers) {
        SparkSession session = callers.newSession();
        RuntimeConfig conf = session.conf();
        CollectionConverters.asJava(callers.conf().getAll()).forEach((key, value) -> {
            if (conf.isModifiable(key) || !key.startsWith("spark.")) {
                conf.set(key, value);
            }
        });
        conf.set(GROUP_LIMIT_THRESHOLD, "-1");
        return session;
    }

    /** Makes windows that keep the first {@code k} rows of a group apply this limit before the shuffle too. */
    static void limitGroupsEarly(SparkSession session, long k) {
        session.conf().set(GROUP_LIMIT_THRESHOLD, Long.toString(Math.min(k, Integer.MAX_VALUE)));
    }

    /** Makes windows apply their limit only after the shuffle, which is faster if few rows of a group are removed. */
    static void limitGroupsAfterShuffle(SparkSession session) {
        session.conf().set(GROUP_LIMIT_THRESHOLD, "-1");
    }

    /** Uses S3A's magic committer, for stores where a rename is a copy, unless the user has configured another committer. */
    static void commitWithoutRenames(SparkSession session) {
        RuntimeConfig conf = session.conf();
        if (conf.get(COMMIT_PROTOCOL).equals(SQLHadoopMapReduceCommitProtocol.class.getName())) {
            conf.set(COMMIT_PROTOCOL, PathOutputCommitProtocol.class.getName());
        }
        if (conf.get(PARQUET_COMMITTER).equals(PARQUETS_OWN)) {
            conf.set(PARQUET_COMMITTER, BindingParquetOutputCommitter.class.getName());
        }
        if (session.sparkContext()
                .hadoopConfiguration()
                .get(S3A_COMMITTER, "file")
                .equals("file")) {
            conf.set(S3A_COMMITTER, "magic");
        }
    }
}
