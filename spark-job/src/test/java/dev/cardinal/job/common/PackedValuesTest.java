package dev.cardinal.job.common;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.TestSpark;
import dev.cardinal.udf.task.PackedValues;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Moves records with Kryo as Spark's serializer, which cannot write them. */
class PackedValuesTest {
    private static final String TESTING = "spark.testing";

    @AfterEach
    void clearProperty() {
        System.clearProperty(TESTING);
    }

    private record Name(int number, List<String> parts) implements Serializable {}

    @Test
    void recordsKeepTheirOrderAndPartitions() {
        SparkConf conf = new SparkConf(false)
                .setMaster("local[2]")
                .setAppName("PackedValuesTest")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "localhost")
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.kryo.registrationRequired", "true");
        List<Name> names = IntStream.range(0, 1_000)
                .mapToObj(i -> new Name(i, List.of("part " + i)))
                .toList();
        TestSpark.stop();
        System.setProperty(TESTING, "true"); // Kryo then ignores Spark's classes whose libraries the tests do not have
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            JavaRDD<Name> distributed = PackedValues.parallelize(spark, names, 3);

            assertThat(distributed.getNumPartitions()).isEqualTo(3);
            assertThat(PackedValues.collect(distributed)).isEqualTo(names);
            assertThat(PackedValues.collect(PackedValues.repartition(distributed, 5, 7)))
                    .containsExactlyInAnyOrderElementsOf(names);
            assertThat(PackedValues.collect(PackedValues.unpacked(
                            PackedValues.packed(distributed).cache())))
                    .isEqualTo(names);
            assertThat(PackedValues.collect(PackedValues.parallelize(spark, List.<Name>of(), 2)))
                    .isEmpty();
        }
    }
}
