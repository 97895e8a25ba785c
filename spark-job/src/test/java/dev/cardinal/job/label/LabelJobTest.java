package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cardinal.job.DemoModel;
import dev.cardinal.job.FaultyFileSystem;
import dev.cardinal.job.LocalSpark;
import dev.cardinal.job.Pictures;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.udf.EngineOptions;
import dev.cardinal.udf.EngineOptions.DeviceChoice;
import dev.cardinal.udf.EngineOptions.PrecisionChoice;
import dev.cardinal.udf.LabelOptions;
import dev.cardinal.udf.LabelOptions.Emit;
import dev.cardinal.udf.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelJobTest {
    @TempDir
    private static Path shared;

    private static String model;
    private static String otherModel;

    @TempDir
    private Path directory;

    private Path images;
    private Path output;

    @BeforeAll
    static void importModels() throws IOException {
        model = DemoModel.importTo(shared.resolve("model"));
        otherModel = DemoModel.importRelabelledTo(shared.resolve("other model"));
    }

    @BeforeEach
    void makeDirectories() throws IOException {
        images = Files.createDirectories(directory.resolve("images"));
        output = directory.resolve("predictions");
    }

    @AfterEach
    void heal() {
        FaultyFileSystem.heal();
    }

    @Test
    void everyImageBecomesARow() throws IOException {
        Pictures.write(images.resolve("Sandal/a b.png"));
        Pictures.write(images.resolve("Bag/hundred%20percent.png"));
        Pictures.write(images.resolve("Bag/[set]*.png"));
        Pictures.write(images.resolve("Bag/_MG_12:30.png"));
        Files.createFile(images.resolve("Bag/empty.png"));
        Files.writeString(images.resolve("Bag/notes.txt"), "hello\n");
        Files.writeString(images.resolve("Bag/.hidden"), "hello\n");

        LabelResult result = run(changes().truthFrom(TruthFrom.PARENT_DIR).request());

        assertThat(result.counts()).isEqualTo(Map.of("ok", 4L, "empty", 1L, "unsupported", 1L));
        assertThat(result.found()).isEqualTo(6);
        assertThat(result.skipped()).isEqualTo(1);
        List<Row> rows = table();
        assertThat(rows)
                .extracting(row -> row.<String>getAs("path"))
                .containsExactly(Stream.of(
                                "Bag/[set]*.png",
                                "Bag/_MG_12:30.png",
                                "Bag/empty.png",
                                "Bag/hundred%20percent.png",
                                "Bag/notes.txt",
                                "Sandal/a b.png")
                        .map(name -> "file:" + images + "/" + name)
                        .toArray(String[]::new));
        assertThat(rows)
                .extracting(row -> row.<String>getAs("truth"))
                .containsExactly("Bag", "Bag", "Bag", "Bag", "Bag", "Sandal");
        assertThat(rows.get(5).<Row>getList(rows.get(5).fieldIndex("predictions")))
                .hasSize(10);
        assertThat(rows.get(2).isNullAt(rows.get(2).fieldIndex("predictions"))).isTrue();
    }

    @Test
    void runIsRecorded() throws IOException {
        Pictures.write(images, 3);
        Files.createFile(images.resolve("empty.png"));

        LabelResult result = run(request());

        JsonNode json = runJson();
        assertThat(json.path("outcome").asText()).isEqualTo("done");
        assertThat(json.path("exit_code").asInt()).isZero();
        assertThat(json.path("model").path("id").asText())
                .isEqualTo(result.model())
                .startsWith(DemoModel.ID + "@");
        assertThat(json.path("counts").toString()).isEqualTo("{\"empty\":1,\"ok\":3}");
        assertThat(json.path("run_counts").toString()).isEqualTo("{\"empty\":1,\"ok\":3}");
        assertThat(json.path("commits").asInt()).isEqualTo(1);
        assertThat(json.path("options").path("top-k").asInt()).isEqualTo(10);
        assertThat(json.path("stage_seconds").fieldNames())
                .toIterable()
                .containsExactly("fetch", "decode", "wait", "infer", "write");
        assertThat(json.path("images_per_second").asDouble()).isPositive();
        assertThat(json.path("bytes").asLong())
                .isEqualTo(result.bytes())
                .isEqualTo(Files.size(images.resolve("00.png"))
                        + Files.size(images.resolve("01.png"))
                        + Files.size(images.resolve("02.png")));
        assertThat(json.path("batch_fill").asDouble())
                .as("three images, in as many batches as they were tasks")
                .isIn(0.094, 0.047, 0.031)
                .isEqualTo(result.batchFill());
        Bottleneck bottleneck = result.bottleneck().orElseThrow();
        assertThat(json.path("bottleneck").path("stage").asText())
                .isEqualTo(bottleneck.stage().name().toLowerCase(Locale.ROOT));
        assertThat(json.path("bottleneck").path("advice").asText()).isEqualTo(bottleneck.advice());
        assertThat(output.resolve("_cardinal/lock")).doesNotExist();
        assertThat(files("_cardinal/runs")).hasSize(1);
    }

    @Test
    void secondRunLabelsNothingAndWritesNothing() throws IOException {
        Pictures.write(images, 4);
        Pictures.write(images.resolve("hundred%20 [set]*.png"));
        run(request());
        List<String> files = files("");
        byte[] record = Files.readAllBytes(output.resolve("_cardinal/run.json"));

        LabelResult again = run(request());

        assertThat(again.labelled()).isZero();
        assertThat(again.alreadyLabelled()).isEqualTo(5);
        assertThat(again.changed()).isZero();
        assertThat(again.commits()).isZero();
        assertThat(files("")).isEqualTo(files);
        assertThat(output.resolve("_cardinal/run.json")).hasBinaryContent(record);
    }

    /** As after a crash between the last commit and the record of the run. */
    @Test
    void runThatLabelsNothingKeepsTheSpeedOfTheLastThatDid() throws IOException {
        Pictures.write(images, 3);
        run(request());
        JsonNode measured = runJson().path("measured");
        assertThat(measured.path("images").asInt()).isEqualTo(3);
        assertThat(measured.path("images_per_second")).isEqualTo(runJson().path("images_per_second"));
        ObjectNode crashed = (ObjectNode) runJson();
        crashed.put("outcome", "running").putNull("exit_code").put("images_per_second", 0.0);
        crashed.putObject("run_counts");
        new JsonMapper().writeValue(output.resolve("_cardinal/run.json").toFile(), crashed);

        assertThat(run(request()).labelled()).isZero();

        assertThat(runJson().path("outcome").asText()).isEqualTo("done");
        assertThat(runJson().path("images_per_second").asDouble()).isZero();
        assertThat(runJson().path("measured")).isEqualTo(measured);
        assertThat(PredictionTable.at(new org.apache.hadoop.fs.Path(output.toUri()), new Configuration())
                        .origin()
                        .imagesPerSecond())
                .isEqualTo(measured.path("images_per_second").asDouble());
    }

    @Test
    void newFileAloneIsLabelled() throws IOException {
        Pictures.write(images, 3);
        run(request());
        Pictures.write(images.resolve("new.png"));

        LabelResult second = run(request());

        assertThat(second.labelled()).isEqualTo(1);
        assertThat(second.alreadyLabelled()).isEqualTo(3);
        assertThat(names()).containsExactly("00.png", "01.png", "02.png", "new.png");
        assertThat(runJson().path("counts").path("ok").asLong()).isEqualTo(4);
        assertThat(runJson().path("run_counts").path("ok").asLong()).isEqualTo(1);
    }

    @Test
    void changedFileIsCountedAndKeepsItsRow() throws IOException {
        Pictures.write(images, 3);
        run(request());
        List<Row> before = table();
        Files.setLastModifiedTime(images.resolve("00.png"), FileTime.fromMillis(1_000_000_000_000L));
        FileTime unchanged = Files.getLastModifiedTime(images.resolve("01.png"));
        Files.write(images.resolve("01.png"), new byte[5]);
        Files.setLastModifiedTime(images.resolve("01.png"), unchanged);

        LabelResult again = run(request());

        assertThat(again.changed()).isEqualTo(2);
        assertThat(again.labelled()).isZero();
        assertThat(table()).isEqualTo(before);
    }

    @Test
    void fileThatIsGoneKeepsItsRow() throws IOException {
        Pictures.write(images, 3);
        run(request());
        Files.delete(images.resolve("00.png"));

        assertThat(run(request()).alreadyLabelled()).isEqualTo(2);
        assertThat(names()).hasSize(3);
    }

    @Test
    void otherModelOrOptionIsRefusedAndTheDifferenceNamed() throws IOException {
        Pictures.write(images, 1);
        String labelledWith = run(request()).model();
        LabelOptions options = LabelOptions.defaults();
        long bytes = options.maxFileBytes();
        ImageOptions image = options.image();
        Map<String, Changes> refused = Map.of(
                "model " + labelledWith + " there, " + DemoModel.ID + "@",
                changes().model(otherModel),
                "--label-from none there, parent-dir now",
                changes().truthFrom(TruthFrom.PARENT_DIR),
                "--top-k 10 there, 5 now",
                changes().options(5, Set.of(), bytes, image),
                "--emit  there, features,logits now",
                changes().options(10, Set.of(Emit.LOGITS, Emit.FEATURES), bytes, image),
                "--max-file-bytes 268435456 there, 1000 now",
                changes().options(10, Set.of(), 1000, image),
                "--max-pixels 178956970 there, 7 now",
                changes().options(10, Set.of(), bytes, new ImageOptions(7, image.exifOrientation())),
                "--exif-orientation ignore there, apply now",
                changes().options(10, Set.of(), bytes, new ImageOptions(image.maxPixels(), ExifOrientation.APPLY)));

        assertRefused("--precision fp32 there, auto now", changes().engine(withPrecision(PrecisionChoice.AUTO)));
        refused.forEach(LabelJobTest::assertRefused);
        assertThat(names()).hasSize(1);
    }

    private static void assertRefused(String difference, Changes changes) {
        assertThatThrownBy(() -> run(changes.request()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("was made differently (" + difference)
                .hasMessageContaining("name another --output");
    }

    @Test
    void tableFromBeforePrecisionWasAnOptionIsFp32() throws IOException {
        Pictures.write(images, 1);
        run(request());
        ObjectNode record = (ObjectNode) runJson();
        assertThat(((ObjectNode) record.path("options")).remove("precision").asText())
                .isEqualTo("fp32");
        Files.writeString(output.resolve("_cardinal/run.json"), record.toString());

        assertRefused("--precision fp32 there, auto now", changes().engine(withPrecision(PrecisionChoice.AUTO)));
        assertThat(run(request()).alreadyLabelled()).isEqualTo(1);
    }

    @Test
    void sharedModelLabelsAsTheBroadcastOneDoes() throws IOException {
        Pictures.write(images, 3);
        run(request());
        List<Row> broadcast = table();
        output = directory.resolve("shared");
        EngineOptions usual = EngineOptions.defaults();

        run(changes()
                .engine(new EngineOptions(
                        4, 2, usual.precision(), DeviceChoice.CPU, EngineOptions.ModelDistribution.SHARED))
                .request());

        assertThat(table()).isEqualTo(broadcast);
        JsonNode options = runJson().path("options");
        assertThat(options.path("model-distribution").asText()).isEqualTo("shared");
        assertThat(options.path("device").asText()).isEqualTo("cpu");
        assertThat(options.path("prefetch").asInt()).isEqualTo(2);
        assertThat(options.path("precision").asText()).isEqualTo("fp32");
    }

    @Test
    void runSaysWhatItRanOn() throws IOException {
        Pictures.write(images, 1);

        LabelResult result = run(request());

        assertThat(result.devices()).singleElement().satisfies(use -> assertThat(use.device())
                .isEqualTo("cpu"));
        JsonNode use = runJson().path("devices").path(0);
        assertThat(use.path("executor").asText()).isEqualTo("driver");
        assertThat(use.path("device").asText()).isEqualTo("cpu");
        assertThat(use.path("precision").asText()).isEqualTo("fp32");
        assertThat(use.path("warning").isNull()).isTrue();
    }

    @Test
    void gpuThatIsNotThereIsRefusedBeforeAnythingIsListed() {
        EngineOptions gpu = EngineOptions.defaults().on(DeviceChoice.GPU, PrecisionChoice.FP32);

        assertThatThrownBy(() -> run(changes().input("/nowhere").engine(gpu).request()))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("--device gpu: TensorFlow cannot use a GPU of this machine");
        assertThat(output).doesNotExist();
    }

    private static EngineOptions withPrecision(PrecisionChoice precision) {
        return EngineOptions.defaults().on(DeviceChoice.AUTO, precision);
    }

    @Test
    void optionsThatChangeNoRowMayDiffer() throws IOException {
        Pictures.write(images, 2);
        run(changes().input(images + "/00.png").request());

        LabelResult second =
                run(changes().imagesPerCommit(1).maxBadFraction(0.5).limit(7).request());

        assertThat(second.labelled()).isEqualTo(1);
    }

    @Test
    void outputThatHoldsSomethingElseIsRefused() throws IOException {
        Pictures.write(images, 1);
        Files.createDirectories(output);
        Files.writeString(output.resolve("thesis.txt"), "precious");

        assertThatThrownBy(() -> run(request()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("already holds something else (thesis.txt)");
        assertThat(files("")).containsExactly("thesis.txt");
    }

    @Test
    void outputThatIsAFileIsRefused() throws IOException {
        Pictures.write(images, 1);
        Files.createFile(output);

        assertThatThrownBy(() -> run(request()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/../images", "/sub/..", "*", "/*", "/{out,sub}", "/sub/../*"})
    void outputThatANextRunWouldReadAsImagesIsRefused(String input) throws IOException {
        Pictures.write(images.resolve("sub"), 1);
        LabelRequest request = LabelRequest.of(
                model,
                List.of(images + input),
                Optional.of(images.resolve("out").toString()));

        assertThat(LabelJob.problems(request, new Configuration()))
                .singleElement()
                .asString()
                .contains("lies in input " + images + input);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sub", "/*.png", "/sub/*", "/o", "/[!o]*"})
    void outputBesideTheInputIsFine(String input) throws IOException {
        Pictures.write(images.resolve("sub"), 1);
        Pictures.write(images.resolve("o"), 1);
        Pictures.write(images, 1);
        LabelRequest request = LabelRequest.of(
                model,
                List.of(images + input),
                Optional.of(images.resolve("out").toString()));

        assertThat(LabelJob.problems(request, new Configuration())).isEmpty();
    }

    @Test
    void wholeFileSystemAsInputHoldsTheOutput() throws IOException {
        assertThat(LabelJob.problems(
                        LabelRequest.of(model, List.of("/"), Optional.of(output.toString())), new Configuration()))
                .singleElement()
                .asString()
                .contains("lies in input /");
    }

    @Test
    void everyProblemIsNamedAtOnce() {
        LabelRequest request = LabelRequest.of(
                directory + "/no model",
                List.of(directory + "/nowhere", directory + "/nothing"),
                Optional.of(output.toString()));

        assertThatThrownBy(() -> run(request))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("/nowhere does not exist")
                .hasMessageContaining("/nothing does not exist")
                .hasMessageContaining("/no model does not exist");
        assertThat(output).doesNotExist();
    }

    @Test
    void leftoversOfACrashedRunAreRemovedAndNotPublished() throws IOException {
        Pictures.write(images, 2);
        run(request());
        String file = files("").stream()
                .filter(name -> name.endsWith(".parquet"))
                .findFirst()
                .orElseThrow();
        // Where Hadoop's committer keeps the files of tasks that have ended, until it publishes them all.
        Path leftover =
                Files.createDirectories(output.resolve("_temporary/0/task_202601010000000000000_0000_m_000000"));
        Files.copy(output.resolve(file), leftover.resolve("part-leftover.parquet"));
        Pictures.write(images.resolve("new.png"));

        run(request());

        assertThat(names()).containsExactly("00.png", "01.png", "new.png");
        assertThat(files("")).noneMatch(name -> name.contains("leftover") || name.equals("_temporary"));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.2, 0.25, 1})
    void tooManyBadRowsExceedTheGateAndAreWrittenAllTheSame(double maxBadFraction) throws IOException {
        Pictures.write(images, 3);
        Files.createFile(images.resolve("empty.png"));

        LabelResult result = run(changes().maxBadFraction(maxBadFraction).request());

        boolean exceeded = maxBadFraction < 0.25;
        assertThat(result.gateExceeded()).isEqualTo(exceeded);
        assertThat(names()).hasSize(4);
        assertThat(runJson().path("outcome").asText()).isEqualTo(exceeded ? "gate-exceeded" : "done");
        assertThat(runJson().path("exit_code").asInt()).isEqualTo(exceeded ? 3 : 0);
    }

    @Test
    void limitIsKeptAndTheNextRunGoesOn() throws IOException {
        Pictures.write(images, 5);
        LabelRequest two = changes().limit(2).request();

        assertThat(run(two).labelled()).isEqualTo(2);
        assertThat(run(two).labelled()).isEqualTo(2);
        assertThat(run(two).labelled()).isEqualTo(1);
        assertThat(run(two).labelled()).isZero();
        assertThat(names()).containsExactly("00.png", "01.png", "02.png", "03.png", "04.png");
    }

    @Test
    void imagesAreCommittedInPortions() throws IOException {
        Pictures.write(images, 7);

        LabelResult result = run(changes().imagesPerCommit(3).request());

        assertThat(result.commits()).isEqualTo(3);
        assertThat(runJson().path("commits").asInt()).isEqualTo(3);
        assertThat(names()).hasSize(7).doesNotHaveDuplicates();
    }

    @Test
    void storeThatFailsHalfWayLosesTheCommitInFlightAndNothingElse() throws IOException {
        Pictures.write(images, 12);
        LabelRequest request =
                changes().input("faulty:" + images).imagesPerCommit(4).request();
        FaultyFileSystem.fail("09.png");

        assertThatThrownBy(() -> run(request)).hasStackTraceContaining("503 the store is down");

        assertThat(names()).containsExactly(numbered(8));
        assertThat(files("")).allMatch(name -> name.endsWith(".parquet") || name.equals("_cardinal"));
        assertThat(output.resolve("_cardinal/lock")).doesNotExist();
        assertThat(runJson().path("outcome").asText()).isEqualTo("failed");
        assertThat(runJson().path("exit_code").asInt()).isEqualTo(1);
        assertThat(runJson().path("counts").path("ok").asInt()).isEqualTo(8);
        assertThat(runJson().path("error").isNull()).isFalse();

        FaultyFileSystem.heal();
        LabelResult second = run(request);

        assertThat(second.labelled()).isEqualTo(4);
        assertThat(names()).containsExactly(numbered(12));
        assertThat(table()).allMatch(row -> row.<String>getAs("status").equals("ok"));
        assertThat(runJson().path("outcome").asText()).isEqualTo("done");
        assertThat(runJson().path("counts").path("ok").asInt()).isEqualTo(12);
    }

    @Test
    void outputThatAnotherRunWritesToIsRefused() throws IOException {
        Pictures.write(images, 1);
        PredictionTable table =
                PredictionTable.at(new org.apache.hadoop.fs.Path(output.toString()), new Configuration());
        try (RunLock lock = table.lock(Clock.systemUTC())) {
            assertThatThrownBy(() -> run(request()))
                    .isInstanceOf(CardinalException.class)
                    .hasMessageContaining("another run is writing to file:" + output);
            lock.requireHeld();
        }
        assertThat(files("")).containsExactly("_cardinal");
    }

    @Test
    void runThatHasLostItsLockCommitsNothing() throws IOException {
        Pictures.write(images, 1);
        LabelProgress thief = new LabelProgress() {
            @Override
            public void step(String what) {}

            @Override
            public void labelling(long total, LongSupplier done) {
                try {
                    Files.delete(output.resolve("_cardinal/lock"));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void finished() {}
        };

        assertThatThrownBy(() -> new LabelJob(LocalSpark.session(), Clock.systemUTC(), thief).run(request()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lost the lock");
        assertThat(files("")).containsExactly("_cardinal");
    }

    @Test
    void rowsAreHandedBackWhereThereIsNoOutput() throws IOException {
        Pictures.write(images, 2);

        LabelResult result = run(LabelRequest.of(model, List.of(images.toString()), Optional.empty()));

        assertThat(result.rows()).hasSize(2);
        assertThat(result.commits()).isZero();
        assertThat(directory).isDirectoryNotContaining("glob:**/predictions");
    }

    @Test
    void tooManyImagesToPrintAreRefused() throws IOException {
        Path one = Pictures.write(images.resolve("0.png"));
        for (int i = 1; i <= 100; i++) {
            Files.copy(one, images.resolve(i + ".png"));
        }

        assertThatThrownBy(() -> run(LabelRequest.of(model, List.of(images.toString()), Optional.empty())))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("101 images are too many to print")
                .hasMessageContaining("--limit them to 100");
    }

    @Test
    void directoryWithoutImagesMakesATableWithoutRows() throws IOException {
        LabelResult first = run(request());
        Pictures.write(images, 1);
        LabelResult second = run(request());

        assertThat(first.found()).isZero();
        assertThat(first.batchFill()).isNull();
        assertThat(first.bottleneck()).isEmpty();
        assertThat(first.gateExceeded()).isFalse();
        assertThat(second.labelled()).isEqualTo(1);
        assertThat(names()).hasSize(1);
    }

    @Test
    void outputMayBeCalledLikeAGlob() throws IOException {
        Pictures.write(images, 2);
        output = directory.resolve("[set] {a,b} %20*");
        run(changes().limit(1).request());

        LabelResult second = run(request());

        assertThat(second.alreadyLabelled()).isEqualTo(1);
        assertThat(second.counts()).isEqualTo(Map.of("ok", 1L));
        assertThat(runJson().path("counts").path("ok").asInt()).isEqualTo(2);
    }

    private LabelRequest request() {
        return changes().request();
    }

    private Changes changes() {
        return new Changes(images.toString(), output.toString());
    }

    /** A request with every default but those that a test changes. */
    private static final class Changes {
        private final String output;
        private String model = LabelJobTest.model;
        private String input;
        private long limit = Long.MAX_VALUE;
        private TruthFrom truthFrom = TruthFrom.NONE;
        private LabelOptions options = LabelOptions.defaults();
        private int imagesPerCommit = LabelRequest.DEFAULT_IMAGES_PER_COMMIT;
        private double maxBadFraction = 1;

        Changes(String input, String output) {
            this.input = input;
            this.output = output;
        }

        Changes model(String directory) {
            model = directory;
            return this;
        }

        Changes input(String uri) {
            input = uri;
            return this;
        }

        Changes limit(long images) {
            limit = images;
            return this;
        }

        Changes truthFrom(TruthFrom source) {
            truthFrom = source;
            return this;
        }

        Changes options(int topK, Set<Emit> emit, long maxFileBytes, ImageOptions image) {
            options = new LabelOptions(topK, emit, maxFileBytes, image, RecordFields.usual(), EngineOptions.defaults());
            return this;
        }

        Changes engine(EngineOptions engine) {
            options = new LabelOptions(
                    options.topK(), options.emit(), options.maxFileBytes(), options.image(), options.fields(), engine);
            return this;
        }

        Changes imagesPerCommit(int images) {
            imagesPerCommit = images;
            return this;
        }

        Changes maxBadFraction(double fraction) {
            maxBadFraction = fraction;
            return this;
        }

        LabelRequest request() {
            return new LabelRequest(
                    model,
                    null,
                    new SourceSpec(List.of(input), InputFormat.AUTO, null, truthFrom, FieldNames.usual()),
                    Optional.of(output),
                    limit,
                    options,
                    imagesPerCommit,
                    maxBadFraction);
        }
    }

    private static LabelResult run(LabelRequest request) throws IOException {
        return new LabelJob(LocalSpark.session(), Clock.systemUTC(), LabelProgress.NONE).run(request);
    }

    /** The rows in order of path. */
    private List<Row> table() {
        return LocalSpark.session()
                .read()
                .parquet(output.toString())
                .orderBy("path")
                .collectAsList();
    }

    /** The files that the rows are of, in order of path; one twice if it has two rows. */
    private List<String> names() {
        return table().stream()
                .map(row -> row.<String>getAs("path"))
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .toList();
    }

    private static String[] numbered(int count) {
        return IntStream.range(0, count).mapToObj("%02d.png"::formatted).toArray(String[]::new);
    }

    /** Names in a directory of the output, without Hadoop's hidden checksum files. */
    private List<String> files(String below) throws IOException {
        try (Stream<Path> entries = Files.list(output.resolve(below))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private JsonNode runJson() throws IOException {
        return new JsonMapper().readTree(output.resolve("_cardinal/run.json").toFile());
    }
}
