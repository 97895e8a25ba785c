package dev.cardinal.udf.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.CorruptRecordException;
import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads files that DuckDB wrote, see {@link WriteParquet}. */
class ParquetImagesTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"pictures.parquet", "pictures_v2.parquet"})
    void everyRowContainsTheImageThatDuckDbWrote(String name) throws IOException {
        RecordFields fields = new RecordFields(null, null, "name", List.of());
        List<String> lines = new ArrayList<>();
        for (Fetched fetched : fetchAll(Shards.file(directory, name), fields)) {
            lines.add(Shards.sha256(fetched.encoded()) + "  " + fetched.key());
            assertThat(fetched.truth()).isEqualTo(fetched.key());
        }

        assertThat(lines).isEqualTo(Shards.lines("pictures.sha256"));
    }

    @Test
    void structOfBytesAndPathIsAnImageAndItsKey() throws IOException {
        List<String> lines = new ArrayList<>();
        List<String> truths = new ArrayList<>();
        for (Fetched fetched : fetchAll(Shards.file(directory, "hugging_face.parquet"), RecordFields.usual())) {
            lines.add(Shards.sha256(fetched.encoded()) + "  " + fetched.key());
            truths.add(fetched.truth());
        }

        assertThat(lines).isEqualTo(Shards.lines("pictures.sha256"));
        assertThat(truths).containsExactly("0", "1", "2", "3");
    }

    @Test
    void rowsOfEveryRowGroupAreRead() throws IOException {
        Path file = Shards.file(directory, "groups.parquet");
        List<String> hashes = Shards.lines("pictures.sha256").stream()
                .map(line -> line.substring(0, 64))
                .toList();
        List<ImageRef> images = Shards.index(ShardFormat.PARQUET, file);

        assertThat(images).hasSize(5000);
        try (ImageFetcher fetcher =
                ShardFetchers.of(ImageContainer.PARQUET, Shards.CONFIGURATION, RecordFields.usual())) {
            for (int row = 0; row < 5000; row += row < 2030 || row > 2060 ? 3 : 1) {
                if (row != 7) {
                    assertThat(Shards.sha256(
                                    fetcher.fetch(images.get(row), 1000).encoded()))
                            .as("row %d", row)
                            .isEqualTo(hashes.get(row % 4));
                }
            }
            assertThat(Shards.sha256(fetcher.fetch(images.get(9), 1000).encoded()))
                    .isEqualTo(hashes.get(1));
        }
    }

    @Test
    void referenceHasTheRowNumberInTheFile() throws IOException {
        Path file = Shards.file(directory, "groups.parquet");
        String path = Shards.listed(file).path();

        ImageRef image = Shards.index(ShardFormat.PARQUET, file).get(4999);

        assertThat(image.path()).isEqualTo(path + "!/row=4999");
        assertThat(image.location()).isEqualTo(new ImageRef.Location(path, ImageContainer.PARQUET, 4999));
        assertThat(image.modifiedMillis()).isEqualTo(Shards.MODIFIED);
    }

    @Test
    void rowWithoutAnImageIsReported() throws IOException {
        ImageRef image = Shards.index(ShardFormat.PARQUET, Shards.file(directory, "groups.parquet"))
                .get(7);

        Fetched fetched = Shards.fetch(image, RecordFields.usual());

        assertThat(fetched.problem()).isEqualTo(new ImageRef.Problem(Status.EMPTY, "the image is null"));
        assertThat(fetched.encoded()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pictures.parquet", "pictures_v2.parquet"})
    void keptColumnsHaveSparksTypesAndValues(String name) throws IOException {
        Path file = Shards.file(directory, name);
        List<StructField> keep = ParquetColumns.keep(
                Shards.CONFIGURATION,
                new org.apache.hadoop.fs.Path(file.toUri()),
                List.of(
                        "id",
                        "tiny",
                        "large",
                        "ratio",
                        "half",
                        "even",
                        "day",
                        "local",
                        "instant",
                        "price",
                        "big",
                        "sometimes",
                        "name"));

        List<Fetched> fetched = fetchAll(file, new RecordFields("image", null, null, keep));

        assertThat(keep.stream().map(StructField::dataType))
                .containsExactly(
                        DataTypes.IntegerType,
                        DataTypes.ByteType,
                        DataTypes.LongType,
                        DataTypes.DoubleType,
                        DataTypes.FloatType,
                        DataTypes.BooleanType,
                        DataTypes.DateType,
                        DataTypes.TimestampNTZType,
                        DataTypes.TimestampType,
                        DataTypes.createDecimalType(10, 2),
                        DataTypes.createDecimalType(30, 2),
                        DataTypes.IntegerType,
                        DataTypes.StringType);
        assertThat(fetched.get(2).kept())
                .containsExactly(
                        2,
                        (byte) 2,
                        10_000_000_000L,
                        0.5,
                        0.25f,
                        true,
                        Date.valueOf("1970-01-01"),
                        LocalDateTime.parse("2024-01-02T03:04:07.678901"),
                        Timestamp.from(Instant.parse("2024-01-02T03:04:07.678901Z")),
                        new BigDecimal("-2.50"),
                        new BigDecimal("2000000000000000000.00"),
                        null,
                        "palette_1_bit.png");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    missing | there is no column missing: the columns are optional binary image, optional binary label (STRING)
                    list    | column list does not contain single values: its type is optional group list (LIST) {
                    clock   | cannot be kept: values of type optional int64 clock (TIME(MICROS,
                    Label   | there is no column Label
                    """)
    void columnThatCannotBeKeptIsReportedWithItsType(String name, String message) {
        Path file = Shards.file(directory, "pictures.parquet");

        assertThatThrownBy(() -> keep(file, name))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("pictures.parquet");
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "KEY", "Truth", "logits", "features", "model", "sha256"})
    void columnWithANameOfThePredictionsTableIsRejected(String name) {
        Path file = Shards.file(directory, "pictures.parquet");

        assertThatThrownBy(() -> keep(file, name))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("column " + name + " of ")
                .hasMessageContaining("the predictions table has a column of that name");
    }

    @Test
    void columnWithoutImagesIsReported() throws IOException {
        RecordFields fields = new RecordFields("large", null, null, List.of());
        Path file = Shards.file(directory, "pictures.parquet");

        assertThatThrownBy(() -> ParquetColumns.requireImages(
                        Shards.CONFIGURATION, new org.apache.hadoop.fs.Path(file.toUri()), fields))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("column large does not contain images: its type is optional int64 large");
        assertThat(Shards.index(ShardFormat.PARQUET, file, fields))
                .singleElement()
                .extracting(ImageRef::problem)
                .extracting(ImageRef.Problem::status)
                .isEqualTo(Status.UNDECODABLE);
    }

    @Test
    void corruptPageAffectsOnlyTheRestOfItsRowGroup() throws IOException {
        byte[] bytes = Shards.bytes("groups.parquet");
        Arrays.fill(bytes, 60, 300, (byte) 0xa5);
        Path file = Shards.write(directory.resolve("a.parquet"), bytes);
        List<ImageRef> images = Shards.index(ShardFormat.PARQUET, file);

        assertThat(images).hasSize(5000);
        assertThatThrownBy(() -> Shards.fetch(images.get(100), RecordFields.usual()))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageStartingWith("Parquet: row 100: ");
        assertThat(Shards.fetch(images.get(4000), RecordFields.usual()).encoded())
                .hasSize(69);
    }

    @ParameterizedTest
    @CsvSource({
        "3, UNSUPPORTED, not a Parquet file: it does not start with PAR1",
        "10, UNDECODABLE, 'Parquet: cannot be read from byte 0 onward: the file does not end with PAR1, it may be truncated'",
        "900, UNDECODABLE, 'Parquet: cannot be read from byte 0 onward: the file does not end with PAR1, it may be truncated'"
    })
    void truncatedFileIsOneProblem(int length, Status status, String error) throws IOException {
        Path file =
                Shards.write(directory.resolve("a.parquet"), Arrays.copyOf(Shards.bytes("pictures.parquet"), length));

        List<ImageRef> images = Shards.index(ShardFormat.PARQUET, file);

        assertThat(images)
                .containsExactly(ImageRef.problem(
                        Shards.listed(file).path(), length, Shards.MODIFIED, new ImageRef.Problem(status, error)));
    }

    private List<StructField> keep(Path file, String name) throws IOException {
        return ParquetColumns.keep(Shards.CONFIGURATION, new org.apache.hadoop.fs.Path(file.toUri()), List.of(name));
    }

    private static List<Fetched> fetchAll(Path file, RecordFields fields) throws IOException {
        List<Fetched> all = new ArrayList<>();
        try (ImageFetcher fetcher = ShardFetchers.of(ImageContainer.PARQUET, Shards.CONFIGURATION, fields)) {
            for (ImageRef image : Shards.index(ShardFormat.PARQUET, file, fields)) {
                all.add(fetcher.fetch(image, 1000));
            }
        }
        return all;
    }
}
