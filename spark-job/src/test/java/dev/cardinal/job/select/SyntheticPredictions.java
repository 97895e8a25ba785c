package dev.cardinal.job.select;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/**
 * Creates a predictions table without images: {@code IMAGES P CLASSES OUTPUT [popular]}. The same arguments create the same rows.
 *
 * <p>Scores fall as k^-g from an image's first class to its last, with a different g for each image. The first score is near 1 for most
 * images and exactly 1 for some, as with a softmax in single precision. One image in a thousand is not ok. With {@code popular}, class
 * 0 is the first of every second image: half of all candidates if P is 1.
 */
final class SyntheticPredictions {
    /** Value of the {@code model} column. */
    static final String MODEL = "synthetic@0123456789ab";

    private static final int IMAGES_PER_FILE = 250_000;

    /** Number of values of the column {@code camera}. */
    private static final int CAMERAS = 5000;

    private SyntheticPredictions() {}

    public static void main(String[] args) throws IOException {
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate()) {
            boolean popular = args.length > 4 && args[4].equals("popular");
            write(
                    spark,
                    Long.parseLong(args[0]),
                    Integer.parseInt(args[1]),
                    Integer.parseInt(args[2]),
                    popular,
                    Path.of(args[3]));
        }
    }

    static void write(SparkSession spark, long images, int p, int classes, boolean popular, Path output)
            throws IOException {
        spark.range(0, images, 1, (int) Math.max(1, images / IMAGES_PER_FILE))
                .selectExpr(
                        "id",
                        "1 + 26 * power(" + uniform(1) + ", 1.5D) AS g",
                        (popular ? "if(id % 2 = 0, 0, " : "(") + whole(2, classes) + ") AS base",
                        "1 + " + whole(3, Math.max(1, (classes - 1) / Math.max(1, p - 1))) + " AS step",
                        whole(4, 1000) + " > 0 AS ok")
                .selectExpr(
                        "*", falls(p).collect(Collectors.joining(" + ")) + " + power(" + p + "D, 1 - g) / g AS total")
                .selectExpr(
                        "concat('file:/data/photos/', lpad(id div 100000, 5, '0'), '/image-', lpad(id, 12, '0'), '-',"
                                + " substr(sha2(cast(id AS string), 256), 1, 12), '.jpg') AS path",
                        "cast(null AS string) AS key",
                        "20000 + " + whole(5, 200_000) + " AS length",
                        "timestamp_millis(1700000000000) AS modified",
                        "sha2(concat('image ', cast(id AS string)), 256) AS sha256",
                        "500 AS width",
                        "375 AS height",
                        "cast(null AS string) AS truth",
                        "if(ok, 'ok', 'undecodable') AS status",
                        "if(ok, null, 'JPEG: premature end of data') AS error",
                        "if(ok, array(" + predictions(p, classes) + "), null) AS predictions",
                        "'" + MODEL + "' AS model",
                        "concat('camera ', " + whole(6, CAMERAS) + ") AS camera")
                .write()
                .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
                .parquet(output.toString());
        writeRecord(p, classes, output);
    }

    private static java.util.stream.Stream<String> falls(int p) {
        return IntStream.rangeClosed(1, p).mapToObj(k -> "power(" + k + "D, -g)");
    }

    private static String predictions(int p, int classes) {
        List<String> powers = falls(p).toList();
        return IntStream.range(0, p)
                .mapToObj(k -> {
                    String c = "cast((base + " + k + " * step) % " + classes + " AS int)";
                    return "struct(" + c + " AS class_index, concat('class ', lpad(" + c + ", 5, '0')) AS label, cast("
                            + powers.get(k) + " / total AS float) AS score)";
                })
                .collect(Collectors.joining(", "));
    }

    /** Returns an expression for a number from 0 to 1 per image. */
    private static String uniform(int salt) {
        return "(shiftrightunsigned(xxhash64(id, " + salt + "), 11) * " + 0x1p-53 + "D)";
    }

    /** Returns an expression for an integer below a bound per image. */
    private static String whole(int salt, long bound) {
        return "pmod(xxhash64(id, " + salt + "), " + bound + ")";
    }

    private static void writeRecord(int p, int classes, Path output) throws IOException {
        List<Map<String, String>> labels = IntStream.range(0, classes)
                .mapToObj(c -> Map.of("name", String.format(Locale.ROOT, "class %05d", c)))
                .toList();
        Map<String, Object> record = Map.of(
                "outcome",
                "done",
                "model",
                Map.of("id", MODEL, "card", "synthetic", "fingerprint", "01", "uri", "synthetic", "classes", labels),
                "options",
                Map.of("top-k", p, "emit", ""));
        Files.createDirectories(output.resolve("_cardinal"));
        Files.write(output.resolve("_cardinal/run.json"), new JsonMapper().writeValueAsBytes(record));
    }
}
