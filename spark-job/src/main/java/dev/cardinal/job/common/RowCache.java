package dev.cardinal.job.common;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.storage.StorageLevel;

/** Caches rows in Spark, on disk if memory is short. Stateless. */
public final class RowCache {
    private static final String MAY_COALESCE = "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning";

    private RowCache() {}

    /**
     * Marks rows to be cached when they are first read. If they come from a shuffle, they get as few partitions as their size
     * needs; without this setting, Spark keeps {@code spark.sql.shuffle.partitions}, and every query on the cache runs as many tasks.
     * The caller unpersists them.
     */
    public static Dataset<Row> persist(Dataset<Row> rows) {
        RuntimeConfig conf = rows.sparkSession().conf();
        String before = conf.get(MAY_COALESCE);
        conf.set(MAY_COALESCE, "true");
        try {
            return rows.persist(StorageLevel.MEMORY_AND_DISK());
        } finally {
            conf.set(MAY_COALESCE, before);
        }
    }
}
