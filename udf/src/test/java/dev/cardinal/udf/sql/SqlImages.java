package dev.cardinal.udf.sql;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.Pictures;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.ProcessCounters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Creates a session with {@code classify} and a table of images: {@code picture0}, {@code picture1}, ... and four rows
 * without a valid image.
 */
final class SqlImages {
    static final int PICTURES = 40;
    static final int ROWS = PICTURES + 4;
    static final int BATCH_SIZE = 8;

    private static final StructType SCHEMA = new StructType()
            .add("path", DataTypes.StringType)
            .add("image", DataTypes.BinaryType)
            .add("number", DataTypes.IntegerType);

    private SqlImages() {}

    /**
     * Creates a session whose table {@code images} has these rows.
     *
     * @param model directory to import the model to
     */
    static SparkSession session(Path model) throws IOException {
        DemoModel.importTo(DemoModel.card(), model);
        SparkSession spark = LocalSpark.withExtensions();
        spark.conf().set("spark.sql.planChangeValidation", "true");
        spark.conf().set("spark.sql.maxMetadataStringLength", "10000");
        spark.conf().set(ClassifyKey.MODEL.key(), model.toUri().toString());
        spark.conf().set(ClassifyKey.BATCH_SIZE.key(), Integer.toString(BATCH_SIZE));
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < PICTURES; i++) {
            rows.add(RowFactory.create("picture" + i, Pictures.png(28, 28, i), i));
        }
        rows.add(RowFactory.create("null", null, 100));
        rows.add(RowFactory.create("nothing", new byte[0], 101));
        rows.add(RowFactory.create("text", "hello\n".getBytes(StandardCharsets.UTF_8), 102));
        rows.add(RowFactory.create("truncated", Arrays.copyOf(Pictures.png(28, 28, 1), 100), 103));
        spark.createDataFrame(LocalSpark.context().parallelize(rows, 3), SCHEMA).createOrReplaceTempView("images");
        return spark;
    }

    /** Returns how many images are classified while an action runs. */
    static long classifiedBy(Runnable action) {
        long before = ProcessCounters.value(Counter.CLASSIFIED);
        action.run();
        return ProcessCounters.value(Counter.CLASSIFIED) - before;
    }
}
