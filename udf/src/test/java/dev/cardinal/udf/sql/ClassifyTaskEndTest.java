package dev.cardinal.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.ModelCache;
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

/** What a task that classifies holds is given back however it ends: the model, and its threads. */
@Timeout(120)
class ClassifyTaskEndTest {
    private static final String BATCHED = "classify(image).status";
    private static final String BY_ROW = "transform(array(image), i -> classify(i).status)[0]";
    private static final String GROUP = "to be cancelled";
    private static final Semaphore HELD = new Semaphore(0);

    @TempDir
    private static Path directory;

    private static SparkSession spark;

    @BeforeAll
    static void createTable() throws IOException {
        spark = SqlImages.session(directory.resolve("model"));
        UDF2<Integer, String, String> hold = (number, status) -> {
            HELD.release();
            new CountDownLatch(1).await();
            return status;
        };
        UDF2<Integer, String, String> fail = (number, status) -> {
            if (number == SqlImages.PICTURES / 2) {
                throw new IllegalStateException("on purpose");
            }
            return status;
        };
        spark.udf().register("hold", hold, DataTypes.StringType);
        spark.udf().register("fail", fail, DataTypes.StringType);
    }

    @AfterEach
    void nothingIsHeld() {
        // The job ends before its last tasks do.
        while (ModelCache.leases() > 0 || inferring()) {
            assertThat(Thread.interrupted()).as("too late").isFalse();
            Thread.onSpinWait();
        }
        HELD.drainPermits();
    }

    private static boolean inferring() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("cardinal-infer"));
    }

    @ParameterizedTest
    @ValueSource(strings = {BATCHED, BY_ROW})
    void cancelledJobHoldsNothing(String status) throws InterruptedException {
        JavaSparkContext context = LocalSpark.context();
        CompletableFuture<List<Row>> query = CompletableFuture.supplyAsync(() -> {
            context.setJobGroup(GROUP, "", true);
            try {
                return spark.sql("SELECT hold(number, " + status + ") FROM images")
                        .collectAsList();
            } finally {
                context.clearJobGroup();
            }
        });
        HELD.acquire();
        assertThat(ModelCache.leases()).isPositive();

        context.cancelJobGroup(GROUP);

        assertThatThrownBy(query::join).rootCause().hasMessageContaining("cancelled");
    }

    @ParameterizedTest
    @ValueSource(strings = {BATCHED, BY_ROW})
    void failedJobHoldsNothing(String status) {
        assertThatThrownBy(() -> spark.sql("SELECT fail(number, " + status + ") FROM images")
                        .collectAsList())
                .rootCause()
                .hasMessage("on purpose");
    }

    @ParameterizedTest
    @ValueSource(strings = {BATCHED, BY_ROW})
    void queryThatEndsHoldsNothing(String status) {
        assertThat(spark.sql("SELECT " + status + " FROM images").collectAsList())
                .hasSize(SqlImages.ROWS);
    }
}
