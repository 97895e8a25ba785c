package dev.cardinal.job.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.TestSpark;
import dev.cardinal.zoo.FileHash;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Makes images in files, archives and tables, and a selection of them in the layout of {@code select}. */
final class SelectionFiles {
    static final List<String> LABELS = List.of("T-shirt/top", "Trouser", "Dress");

    private static final StructType SELECTION = new StructType()
            .add("class_index", DataTypes.IntegerType)
            .add("class_label", DataTypes.StringType)
            .add("rank", DataTypes.IntegerType)
            .add("score", DataTypes.FloatType)
            .add("path", DataTypes.StringType)
            .add("sha256", DataTypes.StringType)
            .add("weight", DataTypes.IntegerType);

    private final Path directory;
    private final List<Row> rows = new ArrayList<>();

    SelectionFiles(Path directory) {
        this.directory = directory;
    }

    /** Returns a PNG file of noise, different for each number. */
    static byte[] image(int number, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(number);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    static String sha256(byte[] bytes) {
        return FileHash.sha256(bytes);
    }

    /** Writes an image to a file and returns its path in tables. */
    String file(String name, byte[] image) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, image);
        return "file:" + file;
    }

    /** Writes images 0.png, 1.png and so on to an archive and returns their paths in tables. */
    List<String> archive(String name, List<byte[]> images) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        if (name.endsWith(".zip")) {
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
                for (int i = 0; i < images.size(); i++) {
                    out.putNextEntry(new ZipEntry(i + ".png"));
                    out.write(images.get(i));
                }
            }
        } else {
            try (TarArchiveOutputStream out = new TarArchiveOutputStream(
                    name.endsWith(".gz")
                            ? new GZIPOutputStream(Files.newOutputStream(file))
                            : Files.newOutputStream(file))) {
                for (int i = 0; i < images.size(); i++) {
                    TarArchiveEntry entry = new TarArchiveEntry(i + ".png");
                    entry.setSize(images.get(i).length);
                    out.putArchiveEntry(entry);
                    out.write(images.get(i));
                    out.closeArchiveEntry();
                }
            }
        }
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            paths.add("file:" + file + "!/" + i + ".png");
        }
        return paths;
    }

    /** Writes images to a Parquet file with a column image, and returns their paths in tables. */
    List<String> parquet(String name, List<byte[]> images) throws IOException {
        Path table = directory.resolve(name);
        TestSpark.session()
                .createDataFrame(
                        images.stream().map(RowFactory::create).toList(),
                        new StructType().add("image", DataTypes.BinaryType))
                .coalesce(1)
                .write()
                .parquet(table.toString());
        try (var files = Files.list(table)) {
            Path file = files.filter(each -> each.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
            List<String> paths = new ArrayList<>();
            for (int i = 0; i < images.size(); i++) {
                paths.add("file:" + file + "!/row=" + i);
            }
            return paths;
        }
    }

    /** Selects an image for a class. */
    void select(String path, byte[] image, int classIndex, int rank, double score) {
        rows.add(RowFactory.create(classIndex, LABELS.get(classIndex), rank, (float) score, path, sha256(image), 1));
    }

    /** Writes the selection and returns its directory. */
    String write(String predictions) throws IOException {
        Path selection = directory.resolve("selection-of-images");
        TestSpark.session()
                .createDataFrame(rows, SELECTION)
                .repartition(2)
                .write()
                .parquet(selection.resolve("selection").toString());
        List<Row> classes = new ArrayList<>();
        for (int c = 0; c < LABELS.size(); c++) {
            classes.add(RowFactory.create(c, LABELS.get(c)));
        }
        TestSpark.session()
                .createDataFrame(
                        classes,
                        new StructType()
                                .add("class_index", DataTypes.IntegerType)
                                .add("class_label", DataTypes.StringType))
                .coalesce(1)
                .write()
                .parquet(selection.resolve("classes").toString());
        Files.writeString(
                selection.resolve("run.json"),
                new JsonMapper()
                        .writeValueAsString(
                                Map.of("predictions", List.of(List.of(predictions)), "models", List.of("toy@1"))),
                UTF_8);
        return selection.toString();
    }
}
