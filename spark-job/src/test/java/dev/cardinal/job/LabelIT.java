package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs label and typical mistakes of users with the shaded job jar and SparkSubmit. */
class LabelIT {
    private static final String PNG = "/dev/cardinal/job/demo/images/ankle_boot/00000.png";

    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    private Path images = Path.of("unset");

    private static String model = "";

    @BeforeAll
    static void importModel() throws IOException, InterruptedException {
        model = JobProcess.importDemoModel(shared).toString();
    }

    @BeforeEach
    void makeImages() throws IOException {
        images = Files.createDirectory(directory.resolve("images"));
    }

    @Test
    void unusualNamesHaveUnescapedPaths() throws Exception {
        List<String> names = List.of(
                "_MG_1234.png",
                "a b.png",
                "a%20b.png",
                "Zoë 图.png",
                "star*.png",
                "[x].png",
                "{y}.png",
                "no-ending",
                "_dir/z.png");
        for (String name : names) {
            put(images.resolve(name));
        }
        put(images.resolve(".hidden.png"));
        Path output = directory.resolve("predictions");

        JobProcess.Result result = label(output);

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("1 files, directories or members of archives skipped");
        assertThat(DuckDb.query(output, "SELECT path FROM $table WHERE status = 'ok'"))
                .extracting(row -> row.get(0))
                .containsExactlyInAnyOrderElementsOf(names.stream()
                        .map(name -> "file:" + images.resolve(name))
                        .toList());
    }

    @Test
    void existingPathIsNotAGlob() throws Exception {
        put(images.resolve("star*.png"));
        put(images.resolve("star2.png"));
        Path output = directory.resolve("predictions");

        JobProcess.Result result = JobProcess.submit(
                directory,
                "label",
                "--model",
                model,
                "--input",
                images.resolve("star*.png").toString(),
                "--output",
                output.toString());

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(DuckDb.query(output, "SELECT path FROM $table"))
                .containsExactly(List.of("file:" + images.resolve("star*.png")));
    }

    @Test
    void printsTheTopFiveWithoutOutput() throws Exception {
        put(images.resolve("boot.png"));
        Files.writeString(images.resolve("notes.txt"), "no image");

        JobProcess.Result result =
                JobProcess.submit(directory, "label", "--model", model, "--input", images.toString());

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out())
                .containsPattern("boot.png\n +9\\d\\.\\d\\d %  Ankle boot\n")
                .containsPattern("notes.txt\n  unsupported: ");
    }

    @Test
    void tooManyBadRowsEndWithExitCode3AfterWritingEverything() throws Exception {
        put(images.resolve("boot.png"));
        Files.writeString(images.resolve("notes.txt"), "no image");
        Path output = directory.resolve("predictions");

        JobProcess.Result result = JobProcess.submit(
                directory,
                "label",
                "--model",
                model,
                "--input",
                images.toString(),
                "--output",
                output.toString(),
                "--max-bad-fraction",
                "0.4");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err()).contains("--max-bad-fraction 0.4");
        assertThat(DuckDb.query(output, "SELECT status FROM $table ORDER BY ALL"))
                .containsExactly(List.of("ok"), List.of("unsupported"));
        assertThat(output.resolve("_cardinal/run.json")).content().contains("\"exit_code\" : 3");
    }

    @Test
    void killedRunContinuesWithoutLossOrRepetition() throws Exception {
        for (int i = 0; i < 400; i++) {
            put(images.resolve(i + ".png"));
        }
        Path output = directory.resolve("predictions");
        Files.createDirectory(output);
        Process killed;
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            output.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            killed = JobProcess.startSubmit(directory, arguments(output));
            awaitParquet(watch);
        }
        killed.destroyForcibly().waitFor();
        Files.createDirectories(output.resolve("_temporary/0/task_1"));
        Files.writeString(output.resolve("_temporary/0/task_1/part-00000-torn.parquet"), "torn");
        long before = (Long) DuckDb.value(output, "SELECT count(*) FROM $table");
        assertThat(before).isBetween(1L, 399L);

        JobProcess.Result again = JobProcess.submit(directory, arguments(output));

        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(DuckDb.query(output, "SELECT count(*), count(DISTINCT path) FROM $table WHERE status = 'ok'"))
                .containsExactly(List.of(400L, 400L));
        assertThat(output).isDirectoryNotContaining("glob:**/_temporary");
    }

    @Test
    void rejectsAModelWithOtherLogitsThanAtImport() throws Exception {
        put(images.resolve("boot.png"));
        Path damaged = directory.resolve("damaged");
        try (Stream<Path> files = Files.walk(Path.of(model))) {
            for (Path file : files.toList()) {
                Files.copy(file, damaged.resolve(Path.of(model).relativize(file).toString()));
            }
        }
        Path golden = damaged.resolve("assets.extra/golden.json");
        Files.writeString(golden, Files.readString(golden).replaceFirst("\\[-?\\d+", "[77"));

        JobProcess.Result result =
                JobProcess.submit(directory, "label", "--model", damaged.toString(), "--input", images.toString());

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("computes different logits on this executor", "logit 0 is", "instead of 77.");
    }

    @Test
    void severalModelsLabelInOnePass() throws Exception {
        for (int i = 0; i < 30; i++) {
            put(images.resolve(i + ".png"));
        }
        Files.writeString(images.resolve("notes.txt"), "no image");
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        Path own = directory.resolve("own");
        String other = DemoBundle.importResizedTo(directory.resolve("other"));

        JobProcess.Result result = JobProcess.submit(
                directory,
                "label",
                "--model",
                model,
                "--model",
                other,
                "--input",
                images.toString(),
                "--output",
                first.toString(),
                "--output",
                second.toString(),
                "--max-bad-fraction",
                "0.01");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
        assertThat(result.out())
                .contains("predictions: " + first, "report: " + first + "/_cardinal/report.html")
                .contains("predictions: " + second, "report: " + second + "/_cardinal/report.html");
        assertThat(result.err())
                .contains(first + ": 31 images to label with " + DemoBundle.ID)
                .contains(first + ": more than --max-bad-fraction 0.01")
                .contains(second + ": more than --max-bad-fraction 0.01");
        assertThat(JobProcess.submit(
                                directory,
                                "label",
                                "--model",
                                other,
                                "--input",
                                images.toString(),
                                "--output",
                                own.toString())
                        .exitCode())
                .isZero();
        SameTable.assertSameRows(second, own);
        assertThat(label(first).out()).contains("nothing to do: all 31 images are labeled already");
    }

    private String[] arguments(Path output) {
        return new String[] {
            "label",
            "--model",
            model,
            "--input",
            images.toString(),
            "--output",
            output.toString(),
            "--images-per-commit",
            "20"
        };
    }

    private static void awaitParquet(WatchService watch) throws InterruptedException {
        for (WatchKey key = watch.poll(2, TimeUnit.MINUTES); key != null; key = watch.poll(2, TimeUnit.MINUTES)) {
            if (key.pollEvents().stream()
                    .anyMatch(event -> event.context().toString().endsWith(".parquet"))) {
                return;
            }
            key.reset();
        }
        throw new AssertionError("no commit within two minutes");
    }

    @Test
    void reportsAllProblemsAtOnceAndWritesNothing() throws Exception {
        Path output = Files.createDirectory(directory.resolve("taken"));
        Files.writeString(output.resolve("thesis.txt"), "precious");
        Path config = Files.writeString(directory.resolve("label.properties"), "batchsize=3\n");

        JobProcess.Result result = JobProcess.submit(
                directory,
                "label",
                "--model",
                directory.resolve("nowhere").toString(),
                "--input",
                directory.resolve("missing").toString(),
                "--output",
                output.toString(),
                "--config",
                config.toString());

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("unknown key 'batchsize', the nearest is 'batch-size'")
                .contains("nowhere does not exist")
                .contains("missing does not exist");
        assertThat(output).isDirectoryContaining("glob:**/thesis.txt");
        try (Stream<Path> entries = Files.list(output)) {
            assertThat(entries).hasSize(1);
        }
    }

    @Test
    void suggestsTheNearestOptionForAnUnknownOne() throws Exception {
        JobProcess.Result result = JobProcess.submit(
                directory, "label", "--model", model, "--input", images.toString(), "--batchsize", "3");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--batchsize", "--batch-size");
    }

    @Test
    void rejectsATorchScriptArchive() throws Exception {
        Path archive = directory.resolve("script.pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            store(zip, "script/data.pkl", new byte[] {(byte) 0x80, 2, '}', '.'});
            store(zip, "script/code/__torch__.py", "def forward(self): pass".getBytes(StandardCharsets.UTF_8));
            store(zip, "script/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            store(zip, "script/version", "3\n".getBytes(StandardCharsets.UTF_8));
        }

        JobProcess.Result result = importCheckpoint(archive);

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("script.pt", "TorchScript");
        assertThat(directory.resolve("imported")).doesNotExist();
    }

    @Test
    void rejectsAPickleThatCallsTheShellWithoutRunningIt() throws Exception {
        Path proof = directory.resolve("executed");
        byte[] pickle = ("\u0080\u0002cos\nsystem\nX"
                        + (char) ("touch ".length() + proof.toString().length()) + "\0\0\0touch " + proof + "\u0085R.")
                .getBytes(StandardCharsets.ISO_8859_1);
        Path archive = directory.resolve("evil.pth");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            store(zip, "evil/data.pkl", pickle);
            store(zip, "evil/version", "3\n".getBytes(StandardCharsets.UTF_8));
        }

        JobProcess.Result result = importCheckpoint(archive);

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("evil.pth", "os.system");
        assertThat(proof).doesNotExist();
    }

    @Test
    void aCheckpointOfAnotherArchitectureIsRefusedWithTheCardThatFits() throws Exception {
        Path checkpoint = directory.resolve("demo.pth");
        try (InputStream in = LabelIT.class.getResourceAsStream("/dev/cardinal/zoo/demo/fashion_resnext20_8x4d.pth")) {
            Files.copy(in, checkpoint);
        }
        JobProcess.Result result = JobProcess.submit(
                directory,
                "import",
                "--card",
                "resnext29_8x64d_cifar10",
                "--checkpoint",
                checkpoint.toString(),
                "--output",
                directory.resolve("imported").toString());

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains(
                        "missing: layer1.2.conv1.weight [512, 256, 1, 1]",
                        "wrong shape",
                        "fits these cards: fashion_resnext20_8x4d");
    }

    private JobProcess.Result importCheckpoint(Path checkpoint) throws IOException, InterruptedException {
        return JobProcess.submit(
                directory,
                "import",
                "--card",
                "fashion_resnext20_8x4d",
                "--checkpoint",
                checkpoint.toString(),
                "--output",
                directory.resolve("imported").toString());
    }

    private JobProcess.Result label(Path output) throws IOException, InterruptedException {
        return JobProcess.submit(
                directory, "label", "--model", model, "--input", images.toString(), "--output", output.toString());
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static void put(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (InputStream in = LabelIT.class.getResourceAsStream(PNG);
                OutputStream out = Files.newOutputStream(file)) {
            in.transferTo(out);
        }
    }
}
