package dev.cardinal.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.Pictures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifyTest {
    private static final int PICTURES = 40;
    private static final StructType SCHEMA = new StructType()
            .add("path", DataTypes.StringType)
            .add("image", DataTypes.BinaryType)
            .add("number", DataTypes.IntegerType);

    @TempDir
    private static Path directory;

    private static SparkSession spark;

    @BeforeAll
    static void createTable() throws IOException {
        DemoModel.importTo(DemoModel.card(), directory.resolve("model"));
        spark = LocalSpark.withExtensions();
        spark.conf().set("spark.sql.planChangeValidation", "true");
        spark.conf()
                .set(ClassifyKey.MODEL.key(), directory.resolve("model").toUri().toString());
        spark.conf().set(ClassifyKey.BATCH_SIZE.key(), "8");
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < PICTURES; i++) {
            rows.add(RowFactory.create("picture" + i, Pictures.png(28, 28, i), i));
        }
        rows.add(RowFactory.create("null", null, 100));
        rows.add(RowFactory.create("nothing", new byte[0], 101));
        rows.add(RowFactory.create("text", "hello\n".getBytes(StandardCharsets.UTF_8), 102));
        rows.add(RowFactory.create("torn", Arrays.copyOf(Pictures.png(28, 28, 1), 100), 103));
        spark.createDataFrame(LocalSpark.context().parallelize(rows, 3), SCHEMA).createOrReplaceTempView("images");
    }

    @Test
    void everyRowHasItsResultInItsPlace() {
        Dataset<Row> query = spark.sql("SELECT path, classify(image) AS c, number FROM images");

        List<Row> rows = query.collectAsList();

        System.err.println(query.queryExecution());
        assertThat(rows).hasSize(PICTURES + 4);
        Map<String, String> statuses = new HashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            assertThat(row.getInt(2)).isEqualTo(i < PICTURES ? i : 100 + i - PICTURES);
            statuses.put(
                    row.getString(0),
                    row.isNullAt(1) ? "null" : row.getStruct(1).getString(0));
        }
        assertThat(statuses)
                .containsEntry("null", "null")
                .containsEntry("nothing", "empty")
                .containsEntry("text", "unsupported")
                .containsEntry("torn", "undecodable");
        assertThat(statuses.values().stream().filter("ok"::equals)).hasSize(PICTURES);
    }
}
