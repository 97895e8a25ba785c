package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cardinal.job.TestSpark;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.ModelCatalog;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Writes outputs of commands in their format, with invented content: images and classes of the demo, or drawn landscapes with the
 * classes of ImageNet. The content is always the same.
 */
final class SampleOutputs {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String DEMO = "/dev/cardinal/job/demo/";
    private static final int OF_EACH_CLASS = 20;

    /** Names that would be harmful in a page without escaping. */
    static final List<String> HOSTILE_NAMES = List.of(
            "<script>alert('name')<!script>.png",
            "\"onerror='alert(1)'.png",
            "\u202egnp.exe-\u202e.png",
            "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627.png",
            "n".repeat(200) + ".png");

    private final Path directory;
    private final List<ClassLabel> classes;
    private final List<Image> images;

    /** An image with its truth and its prediction. */
    private record Image(String path, int truth, int predicted, double score) {}

    private SampleOutputs(Path directory, List<ClassLabel> classes, List<Image> images) {
        this.directory = directory;
        this.classes = classes;
        this.images = images;
    }

    /** Returns outputs of the demo: pictures of 28 x 28 pixels in 10 classes, some with hostile names. */
    static SampleOutputs demo(Path directory) throws IOException {
        List<ClassLabel> classes = ModelCatalog.find("fashion_resnext20_8x4d").labels();
        List<String> names = classes.stream().map(ClassLabel::id).toList();
        Random random = new Random(7);
        List<Image> images = new ArrayList<>();
        int[] taken = new int[classes.size()];
        for (String name : new String(resource("images.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            String parent = name.split("/", -1)[1];
            int truth = names.indexOf(parent);
            if (truth < 0 || taken[truth] == OF_EACH_CLASS) {
                continue;
            }
            taken[truth]++;
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, resource(name));
            images.add(image(file, truth, classes.size(), random));
        }
        for (String name : HOSTILE_NAMES) {
            Path file = directory.resolve("images/bag").resolve(name);
            Files.copy(Path.of(URI.create(images.get(0).path())), file);
            images.add(image(file, 1, classes.size(), random));
        }
        return new SampleOutputs(directory, classes, images);
    }

    /** Returns outputs with landscapes of different sizes in 1,000 classes. */
    static SampleOutputs landscapes(Path directory) throws IOException {
        List<ClassLabel> classes = ModelCatalog.find("resnext50_32x4d").labels();
        Random random = new Random(11);
        Files.createDirectories(directory.resolve("images"));
        List<Image> images = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Path file = directory.resolve(String.format(Locale.ROOT, "images/landscape-%02d.jpg", i));
            ImageIO.write(landscape(random), "jpeg", file.toFile());
            images.add(image(file, random.nextInt(classes.size()), classes.size(), random));
        }
        return new SampleOutputs(directory, classes, images);
    }

    private static Image image(Path file, int truth, int classes, Random random) {
        double score = Math.min(0.999, 0.25 + 0.8 * Math.sqrt(random.nextDouble()));
        int predicted = random.nextDouble() < 0.35 + 0.6 * score ? truth : (truth + 1 + random.nextInt(3)) % classes;
        return new Image(new org.apache.hadoop.fs.Path(file.toUri()).toString(), truth, predicted, score);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = SampleOutputs.class.getResourceAsStream(DEMO + name)) {
            if (in == null) {
                throw new IOException("no resource " + name);
            }
            return in.readAllBytes();
        }
    }

    private static BufferedImage landscape(Random random) {
        int width = 240 + random.nextInt(400);
        int height = 240 + random.nextInt(300);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        float hue = random.nextFloat();
        graphics.setPaint(new GradientPaint(
                0, 0, Color.getHSBColor(hue, 0.6f, 0.9f), 0, height, Color.getHSBColor(hue + 0.1f, 0.25f, 1f)));
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(Color.getHSBColor(0.13f, 0.4f, 1f));
        graphics.fillOval(random.nextInt(width), random.nextInt(height / 2), width / 6, width / 6);
        for (int hill = 0; hill < 4; hill++) {
            graphics.setColor(Color.getHSBColor(hue + 0.35f, 0.45f, 0.75f - 0.15f * hill));
            graphics.setStroke(new BasicStroke(2));
            int top = height / 2 + hill * height / 9;
            graphics.fillOval(random.nextInt(width) - width / 2, top, width + random.nextInt(width), height);
        }
        graphics.dispose();
        return image;
    }

    /** Writes a predictions table. */
    Path label() throws IOException {
        Path table = directory.resolve("predictions");
        List<Row> rows = new ArrayList<>();
        for (Image image : images) {
            rows.add(row(image.path(), "ok", null, name(image.truth()), new Row[] {
                prediction(image.predicted(), image.score()),
                prediction((image.predicted() + 1) % classes.size(), 1 - image.score())
            }));
        }
        rows.add(row("file:/photos/IMG_1024.HEIC", "unsupported", "unsupported image format: HEIC", null, null));
        rows.add(row("file:/photos/notes.txt", "unsupported", "not an image: the file contains text", null, null));
        rows.add(
                row("file:/photos/\u202egpj.<b>bold</b>", "undecodable", "JPEG: corrupt data: <i>bad</i>", null, null));
        rows.add(row("file:/photos/" + "long/".repeat(2000) + "a.jpg", "empty", "no bytes", null, null));
        writeTable(table, rows);
        Files.createDirectories(table.resolve("_cardinal"));
        MAPPER.writeValue(table.resolve("_cardinal/run.json").toFile(), labelRun());
        return table;
    }

    /** Writes the rows of a predictions table. */
    static void writeTable(Path table, List<Row> rows) {
        write(table, rows, PredictionSchema.table(Set.of(), List.of()));
    }

    /** A row with one prediction. */
    static Row row(String path, int index, float score) {
        return row(path, "ok", null, null, new Row[] {RowFactory.create(index, "class " + index, score)});
    }

    private ObjectNode labelRun() {
        ObjectNode run = MAPPER.createObjectNode();
        run.put("outcome", "done").put("exit_code", 0);
        run.put("started", "2026-11-22T09:14:02.113Z").put("finished", "2026-11-22T09:14:23.870Z");
        ObjectNode model = run.putObject("model");
        model.put("id", "resnext@0123456789ab").put("card", "resnext").put("fingerprint", "0123");
        model.put("uri", "file:/models/resnext");
        ArrayNode names = model.putArray("classes");
        classes.forEach(of -> names.addObject().put("name", of.name()).put("id", of.id()));
        ObjectNode options = run.putObject("options");
        options.put("model", "file:/models/resnext").putNull("card");
        options.putArray("input").add("file:/photos").add("s3a://bucket/more/photos");
        options.put("top-k", 10).put("batch-size", 32).put("precision", "auto").put("emit", "");
        options.put("exif-orientation", "ignore").put("max-bad-fraction", 1.0);
        run.putObject("versions")
                .put("cardinal", "0.1.0")
                .put("java", "17.0.15")
                .put("spark", "4.0.1");
        for (String counts : List.of("counts", "run_counts")) {
            run.putObject(counts)
                    .put("ok", images.size())
                    .put("unsupported", 2)
                    .put("undecodable", 1)
                    .put("empty", 1);
        }
        run.put("changed", 3).put("skipped", 1).put("images_per_second", 48.25).put("macs", 4_268_000_000L);
        run.putObject("stage_seconds")
                .put("fetch", 1.42)
                .put("decode", 6.81)
                .put("wait", 4.06)
                .put("infer", 18.37)
                .put("write", 0.93);
        run.put("bytes", 48_211_004).put("batch_fill", 0.874);
        run.putObject("bottleneck")
                .put("stage", "model")
                .put("share", 0.82)
                .put("advice", "the model took 82 % of the time: a GPU, or a smaller model would help");
        run.put("commits", 2);
        run.putArray("devices")
                .addObject()
                .put("executor", "driver")
                .put("host", "localhost")
                .putNull("gpu_address")
                .put("device", "cpu")
                .put("precision", "fp32")
                .putNull("warning");
        return run.putNull("error");
    }

    private String name(int index) {
        return classes.get(index).name();
    }

    private Row prediction(int index, double score) {
        return RowFactory.create(index, name(index), (float) score);
    }

    private static Row row(
            String path, String status, @Nullable String error, @Nullable String truth, Row @Nullable [] predictions) {
        return RowFactory.create(
                path, null, 100L, null, null, null, null, truth, status, error, predictions, "resnext@0123456789ab");
    }

    /** Writes a selection of the first images of each class. */
    Path select(int k) throws IOException {
        Path output = directory.resolve("selected");
        List<Row> selection = new ArrayList<>();
        List<Row> perClass = new ArrayList<>();
        long shortClasses = 0;
        long candidates = 0;
        for (int index = 0; index < classes.size(); index++) {
            int of = index;
            List<Image> ranked = images.stream()
                    .filter(image -> image.predicted() == of)
                    .sorted(Comparator.comparingDouble(Image::score).reversed())
                    .toList();
            int taken = Math.min(k, ranked.size());
            for (int i = 0; i < taken; i++) {
                selection.add(RowFactory.create(
                        of,
                        name(of),
                        i + 1,
                        (float) ranked.get(i).score(),
                        ranked.get(i).path(),
                        "00",
                        1));
            }
            shortClasses += taken < k ? 1 : 0;
            candidates += ranked.size();
            perClass.add(RowFactory.create(
                    of,
                    name(of),
                    (long) ranked.size(),
                    (long) taken,
                    taken == 0 ? null : (Float) (float) ranked.get(taken - 1).score(),
                    (long) (k - taken)));
        }
        writeSelection(output, selection, perClass);
        ObjectNode run = MAPPER.createObjectNode();
        run.put("outcome", "done").put("exit_code", 0);
        run.put("started", "2026-11-22T09:20:00.000Z").put("finished", "2026-11-22T09:20:04.200Z");
        run.putArray("predictions")
                .addArray()
                .add(directory.resolve("predictions").toString());
        run.putArray("models").add("resnext@0123456789ab");
        run.putObject("options").put("k", Integer.toString(k)).put("p", 10).put("strategy", "topk");
        run.putObject("versions")
                .put("cardinal", "0.1.0")
                .put("java", "17.0.15")
                .put("spark", "4.0.1");
        run.putObject("counts")
                .put("rows", images.size() + 4)
                .put("images", images.size())
                .put("candidates", candidates)
                .put("selected", selection.size())
                .put("refused_nan", 1)
                .put("duplicates", 2)
                .put("excluded", 0)
                .put("incomplete", 0)
                .put("not_ok", 4);
        run.put("classes", classes.size()).put("short_classes", shortClasses).put("seconds", 4.2);
        MAPPER.writeValue(output.resolve("run.json").toFile(), run);
        return output;
    }

    /** Writes the tables of a selection. */
    static void writeSelection(Path output, List<Row> selection, List<Row> classes) {
        StructType of =
                new StructType().add("class_index", DataTypes.IntegerType).add("class_label", DataTypes.StringType);
        write(
                output.resolve("selection"),
                selection,
                of.add("rank", DataTypes.IntegerType)
                        .add("score", DataTypes.FloatType)
                        .add("path", DataTypes.StringType)
                        .add("sha256", DataTypes.StringType)
                        .add("weight", DataTypes.IntegerType));
        write(
                output.resolve("classes"),
                classes,
                of.add("candidates", DataTypes.LongType)
                        .add("selected", DataTypes.LongType)
                        .add("cut_off_score", DataTypes.FloatType)
                        .add("short_by", DataTypes.LongType));
    }

    private static void write(Path table, List<Row> rows, StructType schema) {
        TestSpark.session()
                .createDataFrame(rows, schema)
                .coalesce(1)
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(table.toString());
    }

    /** Writes metrics. */
    Path evaluate() throws IOException {
        Path output = directory.resolve("evaluation");
        Files.createDirectories(output);
        MAPPER.writeValue(output.resolve("metrics.json").toFile(), metrics());
        return output;
    }

    private ObjectNode metrics() {
        ObjectNode metrics = MAPPER.createObjectNode();
        long right = images.stream()
                .filter(image -> image.truth() == image.predicted())
                .count();
        metrics.put("model", "resnext@0123456789ab").put("n", images.size());
        share(metrics, "top1", right, images.size());
        share(metrics, "top5", right + (images.size() - right) * 3 / 4, images.size());
        metrics.put("ece", 0.0412).put("mce", 0.1327).put("nll", 0.5193);
        metrics.putObject("temperature").put("value", 1.318).put("nll", 0.4871).put("ece", 0.0207);
        metrics.put("not_classified", 4)
                .put("without_truth", 7)
                .put("unmatched_images", 12)
                .put("refused_nan", 1);
        metrics.putArray("unmatched").addObject().put("truth", "<unicorn>").put("count", 12);
        metrics.putArray("classes_without_truth").add("sock").add("hat & glove");
        reliability(metrics.putArray("reliability"));
        confusions(metrics.putArray("confusions"));
        perClass(metrics.putArray("per_class"));
        ArrayNode errors = metrics.putArray("errors");
        images.stream()
                .filter(image -> image.truth() != image.predicted())
                .limit(24)
                .forEach(image -> errors.addObject()
                        .put("path", image.path())
                        .put("truth_label", name(image.truth()))
                        .put("predicted_label", name(image.predicted()))
                        .put("score", image.score()));
        selection(metrics.putArray("selection"));
        return metrics;
    }

    private static void share(ObjectNode node, String name, long hits, long n) {
        double share = n == 0 ? Double.NaN : (double) hits / n;
        double half = n == 0 ? Double.NaN : 1.96 * Math.sqrt(Math.max(share * (1 - share), 0.01) / n);
        if (n == 0) {
            node.putNull(name).putNull(name + "_low").putNull(name + "_high");
        } else {
            node.put(name, share)
                    .put(name + "_low", Math.max(0, share - half))
                    .put(name + "_high", Math.min(1, share + half));
        }
    }

    private void reliability(ArrayNode bins) {
        for (int bin = 0; bin < 15; bin++) {
            double low = bin / 15.0;
            double high = (bin + 1) / 15.0;
            List<Image> in = images.stream()
                    .filter(image -> image.score() > low && image.score() <= high)
                    .toList();
            ObjectNode node = bins.addObject().put("low", low).put("high", high).put("n", in.size());
            if (in.isEmpty()) {
                node.putNull("accuracy").putNull("confidence");
            } else {
                node.put(
                        "accuracy",
                        in.stream()
                                .mapToInt(image -> image.truth() == image.predicted() ? 1 : 0)
                                .average()
                                .orElse(0));
                node.put(
                        "confidence",
                        in.stream().mapToDouble(Image::score).average().orElse(0));
            }
        }
    }

    private void confusions(ArrayNode pairs) {
        int[][] counts = new int[classes.size()][classes.size()];
        images.forEach(image -> counts[image.truth()][image.predicted()]++);
        List<int[]> all = new ArrayList<>();
        for (int truth = 0; truth < counts.length; truth++) {
            for (int predicted = 0; predicted < counts.length; predicted++) {
                if (truth != predicted && counts[truth][predicted] > 0) {
                    all.add(new int[] {truth, predicted, counts[truth][predicted]});
                }
            }
        }
        all.sort(Comparator.comparingInt((int[] pair) -> -pair[2]));
        all.stream().limit(100).forEach(pair -> pairs.addObject()
                .put("truth_index", pair[0])
                .put("truth_label", name(pair[0]))
                .put("predicted_index", pair[1])
                .put("predicted_label", name(pair[1]))
                .put("n", pair[2]));
    }

    private void perClass(ArrayNode all) {
        for (int index = 0; index < classes.size(); index++) {
            int of = index;
            List<Image> ofClass =
                    images.stream().filter(image -> image.truth() == of).toList();
            long right =
                    ofClass.stream().filter(image -> image.predicted() == of).count();
            long predicted =
                    images.stream().filter(image -> image.predicted() == of).count();
            ObjectNode node = all.addObject()
                    .put("class_index", of)
                    .put("label", name(of))
                    .put("n", ofClass.size())
                    .put("predicted", predicted);
            share(node, "top1", right, ofClass.size());
            share(node, "top5", ofClass.size(), ofClass.size());
            if (predicted == 0) {
                node.putNull("precision");
            } else {
                node.put("precision", (double) right / predicted);
            }
        }
    }

    private void selection(ArrayNode steps) {
        for (int k : new int[] {2, 5, 10}) {
            double precision = 1 - 0.012 * k;
            ObjectNode step = steps.addObject();
            step.put("k", k).put("selected", k * classes.size()).put("with_truth", k * classes.size());
            step.put("precision", precision).put("low", precision - 0.04).put("high", Math.min(1, precision + 0.03));
            ArrayNode perClass = step.putArray("per_class");
            for (int index = 0; index < classes.size(); index++) {
                perClass.addObject()
                        .put("class_index", index)
                        .put("label", name(index))
                        .put("selected", k)
                        .put("with_truth", k)
                        .put("right", k - index % 3)
                        .put("precision", (double) Math.max(0, k - index % 3) / k)
                        .put("low", 0.9 * Math.max(0, k - index % 3) / k)
                        .put("high", 1.0);
            }
        }
    }

    /** Writes a comparison of three teachers. */
    Path compare() throws IOException {
        Path output = directory.resolve("comparison");
        Files.createDirectories(output);
        MAPPER.writeValue(output.resolve("comparison.json").toFile(), comparison());
        return output;
    }

    private ObjectNode comparison() {
        ObjectNode comparison = MAPPER.createObjectNode();
        int n = images.size();
        comparison.put("n", n).put("with_truth", n).put("incomplete", 3);
        comparison.put("changed", 1).put("refused_nan", 0).put("unmatched_images", 2);
        comparison.putArray("unmatched").addObject().put("truth", "<unicorn>").put("count", 2);
        ArrayNode teachers = comparison.putArray("teachers");
        double[] accuracies = {0.842, 0.861, 0.858};
        double[] macs = {4.27e9, 16.5e9, 8.03e9};
        String[] models = {
            "resnext50_32x4d@1a2b3c4d5e6f", "resnext101_32x8d@0f1e2d3c4b5a", "resnext101_32x4d@99aabbccddee"
        };
        for (int i = 0; i < models.length; i++) {
            ObjectNode teacher = teachers.addObject();
            teacher.putArray("predictions").add(directory.resolve("predictions").toString());
            teacher.put("model", models[i]).put("precision", "fp32").put("n", n);
            share(teacher, "top1", Math.round(accuracies[i] * n), n);
            teacher.put("images_per_second", 61.7 / (1 + i)).put("macs", (long) macs[i]);
        }
        ArrayNode pairs = comparison.putArray("pairs");
        int[][] indices = {{0, 1}, {0, 2}, {1, 2}};
        for (int[] pair : indices) {
            pairs.addObject()
                    .put("a", pair[0])
                    .put("b", pair[1])
                    .put("n", n)
                    .put("agreement", 0.91 - 0.02 * pair[0])
                    .put("kappa", 0.897)
                    .put("both_right", 150)
                    .put("only_a", 11)
                    .put("only_b", 17)
                    .put("both_wrong", 22)
                    .put("difference", accuracies[pair[1]] - accuracies[pair[0]])
                    .put("difference_low", -0.013)
                    .put("difference_high", 0.052)
                    .put("mcnemar_p", 0.00034);
        }
        ArrayNode disagreements = comparison.putArray("disagreements");
        for (Image image : images.subList(0, Math.min(24, images.size()))) {
            ObjectNode node = disagreements.addObject();
            node.put("path", image.path()).put("truth_index", image.truth()).put("truth_label", name(image.truth()));
            ArrayNode predictions = node.putArray("predictions");
            for (int i = 0; i < models.length; i++) {
                int predicted = (image.truth() + (i == 1 ? 0 : i)) % classes.size();
                predictions
                        .addObject()
                        .put("class_index", predicted)
                        .put("label", name(predicted))
                        .put("score", image.score() - 0.1 * i);
            }
        }
        comparison
                .putObject("recommendation")
                .put("best", 1)
                .put("cheapest", 2)
                .put(
                        "reason",
                        "resnext101_32x8d is the best (86.1 %); resnext101_32x4d is within 0.5 points of it (85.8 %) for 8.0"
                                + " instead of 16.5 G MACs an image.");
        return comparison;
    }

    /** Parses JSON. */
    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
