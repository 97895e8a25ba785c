package dev.cardinal.job.label;

import java.io.IOException;
import java.util.concurrent.FutureTask;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;

/**
 * The rows of one commit for several tables. They are computed once, and kept on the disks of the executors until every table has its
 * rows, or until closed. Thread-safe; lives on the driver.
 */
final class SharedRows implements AutoCloseable {
    private static final String MODEL = "model";

    private final Dataset<Row> rows;
    private final FutureTask<Long> computation;
    private int waiting;

    /** Writes rows to a table. */
    interface Write {
        RowStore.Commit of(Dataset<Row> rows) throws IOException;
    }

    /** @param tables number of tables that write some of the rows, each once */
    SharedRows(Dataset<Row> rows, int tables) {
        this.rows = tables > 1 ? rows.persist(StorageLevel.DISK_ONLY()) : rows;
        this.computation = new FutureTask<>(this.rows::count);
        this.waiting = tables;
    }

    /** Writes the rows of a model to its table. The first call computes the rows of all models; other calls wait for that. */
    RowStore.Commit write(String model, Write write) throws IOException {
        try {
            if (rows.storageLevel().equals(StorageLevel.NONE())) {
                return write.of(rows);
            }
            computation.run(); // does nothing if it is running, or has run
            CommitQueue.result(computation);
            return write.of(rows.filter(functions.col(MODEL).equalTo(model)));
        } finally {
            written();
        }
    }

    private synchronized void written() {
        waiting--;
        if (waiting == 0) {
            close();
        }
    }

    @Override
    public void close() {
        rows.unpersist();
    }
}
