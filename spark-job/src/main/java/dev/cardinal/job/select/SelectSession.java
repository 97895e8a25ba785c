package dev.cardinal.job.select;

import java.util.Map;
import org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter;
import org.apache.spark.internal.io.cloud.PathOutputCommitProtocol;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A Spark session of the job's own, on the caller's Spark context: it starts with the caller's settings, and what is set here changes
 * nobody else's queries.
 */
final class SelectSession {
    private static final String GROUP_LIMIT_THRESHOLD = "spark.sql.optimizer.windowGroupLimitThreshold";
    private static final String COMMIT_PROTOCOL = "spark.sql.sources.commitProtocolClass";
    private static final String PARQUET_COMMITTER = "spark.sql.parquet.output.committer.class";
    private static final String PARQUETS_OWN = "org.apache.parquet.hadoop.ParquetOutputCommitter";
    private static final String S3A_COMMITTER = "fs.s3a.committer.name";

    /**
     * Groups that the histogram's partial aggregation keeps in its fast map, as a power of two: more than classes times buckets of a
     * usual model. Spark's own value, 2^16, makes it take twice as long.
     */
    private static final Map<String, String> SETTINGS =
            Map.of("spark.sql.codegen.aggregate.fastHashMap.capacityBit", "20", GROUP_LIMIT_THRESHOLD, "-1");

    private SelectSession() {}

    static SparkSession of(SparkSession callers) {
        SparkSession session = callers.newSession();
        RuntimeConfig conf = session.conf();
        CollectionConverters.asJava(callers.conf().getAll()).forEach((key, value) -> {
            if (conf.isModifiable(key) || !key.startsWith("spark.")) {
                conf.set(key, value);
            }
        });
        SETTINGS.forEach(conf::set);
        return session;
    }

    /** Has windows that keep the first {@code k} rows of a group keep them before the shuffle as well. */
    static void limitGroupsEarly(SparkSession session, long k) {
        session.conf().set(GROUP_LIMIT_THRESHOLD, Long.toString(Math.min(k, Integer.MAX_VALUE)));
    }

    /** Writes to a store where a rename is a copy, through S3A's magic committer unless the user has set another way. */
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
