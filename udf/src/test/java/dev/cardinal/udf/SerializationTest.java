package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.Status;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.udf.pipeline.LabelPartition;
import dev.cardinal.zoo.card.BundleCard;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests Java serialization of the objects that Spark sends with a task. */
class SerializationTest {
    /** Maximum size of a task's closure; the model itself has 1,740,000 bytes. */
    private static final int SMALL_BYTES = 32 << 10;

    private static final LabelOptions OPTIONS = new LabelOptions(
            7,
            Set.of(Emit.FEATURES, Emit.LOGITS),
            1_000,
            new ImageOptions(9, ExifOrientation.APPLY),
            new RecordFields(
                    "image",
                    "label",
                    "name",
                    List.of(new StructField("origin", DataTypes.StringType, true, Metadata.empty()))),
            ExecutionOptions.defaults().withBatchSize(5));

    @TempDir
    private static Path directory;

    private static ModelSpec model;

    @BeforeAll
    static void importModel() throws IOException {
        Path bundle = directory.resolve("model");
        BundleCard card = DemoModel.importTo(DemoModel.card(), bundle);
        model = DemoModel.broadcast(card, bundle);
    }

    @Test
    void imageReferenceIsSerialized() throws Exception {
        ImageRef known = ImageRef.file("file:/a b.jpg", 5, 6, "cat");
        ImageRef unknown = ImageRef.file("file:/größe.jpg", 0, -1, null);

        assertThat(copy(known)).isEqualTo(known);
        ImageRef corrupt = ImageRef.problem("file:/a.tar", 5, 6, new ImageRef.Problem(Status.UNDECODABLE, "torn"));
        assertThat(copy(unknown)).isEqualTo(unknown);
        assertThat(copy(corrupt)).isEqualTo(corrupt);
    }

    @Test
    void optionsAreSerialized() throws Exception {
        assertThat(copy(OPTIONS)).isEqualTo(OPTIONS);
    }

    @Test
    void modelIsSerializedAndSmall() throws Exception {
        ModelSpec copy = copy(model);

        assertThat(copy.model()).isEqualTo(model.model());
        Path copied = copy.files().materialize(directory.resolve("executor"));
        assertThat(copied.resolve("saved_model.pb")).hasSameBinaryContentAs(directory.resolve("model/saved_model.pb"));
        assertThat(serialize(model)).hasSizeLessThan(SMALL_BYTES);
    }

    @Test
    void functionOfATaskIsSerializedAndSmall() throws Exception {
        LabelPartition function = new LabelPartition(
                List.of(model),
                OPTIONS,
                LabelMetrics.register(LocalSpark.session().sparkContext()),
                LocalSpark.context().broadcast(new SerializableConfiguration(new Configuration())));

        assertThat(copy(function)).isInstanceOf(LabelPartition.class);
        assertThat(serialize(function)).hasSizeLessThan(SMALL_BYTES);
    }

    private static byte[] serialize(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    @SuppressWarnings({"unchecked", "BanSerializableRead"}) // reads only bytes that this test has written
    private static <T> T copy(T object) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(serialize(object)))) {
            return (T) in.readObject();
        }
    }
}
