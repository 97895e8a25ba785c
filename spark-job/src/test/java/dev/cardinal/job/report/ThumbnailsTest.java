package dev.cardinal.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.NoiseImages;
import dev.cardinal.job.TestSpark;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThumbnailsTest {
    private static final Path SHARDS = Path.of("../udf/src/test/resources/dev/cardinal/udf/shard");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"400, 300, 112, 84", "300, 400, 84, 112", "112, 50, 112, 50", "113, 112, 112, 111", "3000, 2, 112, 1"})
    void picturesKeepTheirAspectRatioAndAreNotEnlarged(int width, int height, int thumbWidth, int thumbHeight)
            throws IOException {
        Thumbnail thumbnail = read(picture("a.png", width, height));

        assertThat(thumbnail.width()).isEqualTo(thumbWidth);
        assertThat(thumbnail.height()).isEqualTo(thumbHeight);
        BufferedImage decoded = decode(thumbnail);
        assertThat(decoded.getWidth()).isEqualTo(thumbWidth);
        assertThat(decoded.getHeight()).isEqualTo(thumbHeight);
        Color color = new Color(decoded.getRGB(thumbWidth / 2, thumbHeight / 2));
        assertThat(List.of(color.getRed(), color.getGreen(), color.getBlue()))
                .allSatisfy(sample -> assertThat(sample).isBetween(0, 255))
                .satisfies(rgb -> {
                    assertThat(rgb.get(0)).isBetween(195, 205);
                    assertThat(rgb.get(1)).isBetween(95, 105);
                    assertThat(rgb.get(2)).isBetween(45, 55);
                });
    }

    @Test
    void smallPicturesAreLosslessAndEnlargedByThePage() throws IOException {
        Path file = NoiseImages.write(directory.resolve("small.png"));

        Thumbnail thumbnail = read(file.toString());

        assertThat(thumbnail.uri()).startsWith("data:image/png;base64,");
        assertThat(thumbnail.enlargement()).isEqualTo(4);
        BufferedImage decoded = decode(thumbnail);
        BufferedImage original = ImageIO.read(file.toFile());
        for (int i = 0; i < 28; i++) {
            assertThat(decoded.getRGB(i, 27 - i)).isEqualTo(original.getRGB(i, 27 - i));
        }
    }

    @Test
    void photographsAreSmallJpegFiles() throws IOException {
        Thumbnail thumbnail = read(picture("a.png", 640, 480));

        assertThat(thumbnail.uri()).startsWith("data:image/jpeg;base64,").hasSizeLessThan(10_000);
    }

    @Test
    void imageThatCannotBeShownHasAReason() throws IOException {
        Path broken = Files.write(
                directory.resolve("broken.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0});
        Path text = Files.writeString(directory.resolve("notes.txt"), "notes");
        Path empty = Files.createFile(directory.resolve("empty.jpg"));
        String good = picture("good.png", 20, 20);

        Map<String, Thumbnail> thumbnails = read(
                List.of(
                        broken.toString(),
                        text.toString(),
                        empty.toString(),
                        directory + "/gone.png",
                        directory + "/gone.tar!/a.png",
                        directory.toString(),
                        "nowhere://host/a.png",
                        good),
                Thumbnails.TIME);

        Map<String, String> missing = new LinkedHashMap<>();
        thumbnails.forEach(
                (path, thumbnail) -> missing.put(path.substring(path.lastIndexOf('/') + 1), thumbnail.missing()));
        assertThat(missing.get("broken.png")).isEqualTo("undecodable");
        assertThat(missing.get("notes.txt")).isEqualTo("unsupported");
        assertThat(missing.get("empty.jpg")).isEqualTo("empty");
        assertThat(missing.get("gone.png")).isEqualTo("gone");
        assertThat(thumbnails.get(directory + "/gone.tar!/a.png")).isEqualTo(Thumbnail.missing("gone"));
        assertThat(thumbnails.get(directory.toString())).isEqualTo(Thumbnail.missing("gone"));
        assertThat(thumbnails.get("nowhere://host/a.png")).isEqualTo(Thumbnail.missing("unreadable"));
        assertThat(Objects.requireNonNull(thumbnails.get(good)).missing()).isEmpty();
    }

    @Test
    void imagesWithTooManyPixelsAreNotDecoded() throws IOException {
        BufferedImage wide = new BufferedImage(20_000, 8_000, BufferedImage.TYPE_BYTE_BINARY);
        Path file = directory.resolve("wide.png");
        ImageIO.write(wide, "png", file.toFile());

        assertThat(read(file.toString())).isEqualTo(Thumbnail.missing("too large"));
    }

    @ParameterizedTest
    @CsvSource({"plain.tar, cf", "packed.tar.gz, czf", "no-ending, cf"})
    void membersOfArchivesAreFoundByTheirNames(String name, String how) throws IOException {
        picture("x/1.png", 30, 20);
        picture("x/2.png", 20, 30);
        picture("x/3.png", 20, 40);
        Path archive = directory.resolve(name);
        assertThat(new ProcessBuilder(
                                "tar",
                                "--hard-dereference",
                                "-" + how,
                                archive.toString(),
                                "-C",
                                directory.toString(),
                                "x",
                                "x/2.png")
                        .inheritIO()
                        .start()
                        .onExit()
                        .join()
                        .exitValue())
                .isZero();

        Map<String, Thumbnail> thumbnails = read(
                List.of(archive + "!/x/3.png", archive + "!/x/1.png", archive + "!/x/2.png#2", archive + "!/x/4.png"),
                Thumbnails.TIME);

        assertSize(thumbnails, archive + "!/x/1.png", 30, 20);
        assertSize(thumbnails, archive + "!/x/2.png#2", 20, 30);
        assertSize(thumbnails, archive + "!/x/3.png", 20, 40);
        assertThat(thumbnails.get(archive + "!/x/4.png")).isEqualTo(Thumbnail.missing("gone"));
    }

    @Test
    void fileNameCanContainTheArchiveSeparator() throws IOException {
        String path = picture("odd!/a!/b.png", 20, 10);

        assertThat(read(path).width()).isEqualTo(20);
    }

    /** Sizes according to {@code file}. */
    @ParameterizedTest
    @CsvSource({
        "pictures.tfrecord, record=0, 1, 1",
        "pictures.tfrecord.gz, record=1, 43, 35",
        "pictures.parquet, row=1, 43, 35"
    })
    void recordsAreFoundByTheirNumbers(String file, String member, int width, int height) throws IOException {
        String path = SHARDS.toAbsolutePath().normalize().resolve(file) + "!/" + member;

        assertSize(read(List.of(path), Thumbnails.TIME), path, width, height);
    }

    @Test
    void sameColumnIsReadAsByLabel() throws IOException {
        byte[] tall = Files.readAllBytes(Path.of(picture("tall.png", 10, 20)));
        byte[] wide = Files.readAllBytes(Path.of(picture("wide.png", 20, 10)));
        Path table = directory.resolve("table.parquet");
        TestSpark.session()
                .createDataFrame(
                        List.of(RowFactory.create(tall, wide)),
                        new StructType().add("a", DataTypes.BinaryType).add("b", DataTypes.BinaryType))
                .coalesce(1)
                .write()
                .parquet(table.toString());
        String file;
        try (var files = Files.newDirectoryStream(table, "*.parquet")) {
            file = files.iterator().next().toString();
        }
        String path = file + "!/row=0";
        Thumbnails thumbnails = new Thumbnails(TestSpark.context(), Thumbnails.TIME);

        assertSize(
                thumbnails.read(List.of(path), new Thumbnails.How("b", ExifOrientation.IGNORE, List.of())),
                path,
                20,
                10);
        assertThat(thumbnails.read(List.of(path), Thumbnails.How.usual()))
                .isEqualTo(Map.of(path, Thumbnail.missing("unreadable")));
    }

    @Test
    void sameMembersAreReadAsByLabel() {
        String path = SHARDS.toAbsolutePath().normalize().resolve("masks.tar") + "!/0001.seg.png";
        Thumbnails thumbnails = new Thumbnails(TestSpark.context(), Thumbnails.TIME);
        Thumbnails.How how = new Thumbnails.How(null, ExifOrientation.IGNORE, List.of("seg.png"));

        assertThat(thumbnails.read(List.of(path), how).get(path))
                .isNotNull()
                .extracting(Thumbnail::missing)
                .isEqualTo("");
        assertThat(thumbnails.read(List.of(path), Thumbnails.How.usual()))
                .isEqualTo(Map.of(path, Thumbnail.missing("gone")));
    }

    @Test
    void picturesAreSkippedWhenTheTimeIsUp() throws IOException {
        String path = picture("a.png", 20, 20);

        assertThat(read(List.of(path, SHARDS.toAbsolutePath() + "/pictures.tfrecord!/record=0"), Duration.ZERO)
                        .values())
                .containsOnly(Thumbnail.missing("not read in time"));
    }

    @Test
    void numberOfPicturesIsLimited() {
        assertThat(read(List.of(), Thumbnails.TIME)).isEmpty();
        assertThatThrownBy(() -> read(Collections.nCopies(Thumbnails.MOST + 1, "a"), Thumbnails.TIME))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertSize(Map<String, Thumbnail> thumbnails, String path, int width, int height) {
        assertThat(thumbnails.get(path)).as(path).satisfies(thumbnail -> {
            assertThat(thumbnail.missing()).isEmpty();
            assertThat(thumbnail.width()).isEqualTo(width);
            assertThat(thumbnail.height()).isEqualTo(height);
        });
    }

    private static Thumbnail read(String path) {
        return Objects.requireNonNull(read(List.of(path), Thumbnails.TIME).get(path));
    }

    private static Map<String, Thumbnail> read(List<String> paths, Duration time) {
        return new Thumbnails(TestSpark.context(), time).read(paths, Thumbnails.How.usual());
    }

    private static BufferedImage decode(Thumbnail thumbnail) throws IOException {
        String uri = Objects.requireNonNull(thumbnail.uri());
        byte[] bytes =
                Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1).getBytes(StandardCharsets.US_ASCII));
        return ImageIO.read(new ByteArrayInputStream(bytes));
    }

    /** Writes a picture with a single color. */
    private String picture(String name, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, new Color(200, 100, 50).getRGB());
        }
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
        return file.toString();
    }
}
