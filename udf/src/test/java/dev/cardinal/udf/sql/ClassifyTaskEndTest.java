package dev.cardinal.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.model.ModelCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a classifying task releases its model and threads, whether it succeeds, fails or is canceled. */
@Timeout(120)
class ClassifyTaskEndTest {
    private static final String BATCHED = "classify(image).status";
    private static final String BY_ROW = "transform(array(image), i -> classify(i).status)[0]";
    private static final String GROUP = "to be canceled";
    private static final Semaphore STARTED = new Semaphore(0);

    @TempDir
    private static Path directory;

    private static SparkSession spark;

    @BeforeAll
    static void createTable() throws IOException {
        spark = SqlImages.session(directory.resolve("model"));
        UDF2<Integer, String, String> block = (number, status) -> {
            STARTED.release();
            new CountDownLatch(1).await();
            return status;
        };
        UDF2<Integer, String, String> fail = (number, status) -> {
            if (number == SqlImages.PICTURES / 2) {
                throw new IllegalStateException("on purpose");
            }
            return status;
        };
        spark.udf().register("block", block, DataTypes.StringType);
        spark.udf().register("fail", fail, DataTypes.StringType);
    }

    @AfterEach
    void waitForTasksToRelease() {
        // A job ends before its last tasks end.
        while (ModelCache.leases() > 0 || inferring()) {
            assertThat(Thread.interrupted()).as("too late").isFalse();
            Thread.onSpinWait();
        }
        STARTED.drainPermits();
    }

    private static boolean inferring() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("cardinal-infer"));
    }

    @ParameterizedTest
    @ValueSource(strings = {BATCHED, BY_ROW})
    void canceledJobReleasesModelAndThreads(String status) throws InterruptedException {
        JavaSparkContext context = LocalSpark.context();
        CompletableFuture<List<Row>> query = CompletableFuture.supplyAsync(() -> {
            context.setJobGroup(GROUP, "", true);
            try {
                return spark.sql("SELECT block(number, " + status + ") FROM images")
                        .collectAsList();
            } finally {
                context.clearJobGroup();
            }
        });
        STARTED.acquire();
        assertThat(ModelCache.leases()).isPositive();

        context.cancelJobGroup(GROUP);

        assertThatThrownBy(query::join).rootCause().hasMessageContaining("cancelled");
    }

    @ParameterizedTest
    @ValueSource(strings = {BATCHED, BY_ROW})
    void failedJobReleasesModelAndThreads(String status) {
        assertThatThrownBy(() -> spark.sql("SELECT fail(number, " + status + ") FROM images")
                        .collectAsList())
                .rootCause()
                .hasMessage("on purpose");
    }

    @ParameterizedTest
    @ValueSource(strings = {BATCHED, BY_ROW})
    void completedQueryReleasesModelAndThreads(String status) {
        assertThat(spark.sql("SELECT " + status + " FROM images").collectAsList())
                .hasSize(SqlImages.ROWS);
    }
}
