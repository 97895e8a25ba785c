package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cardinal.job.DemoBundle;
import dev.cardinal.job.FaultyFileSystem;
import dev.cardinal.job.NoiseImages;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.zoo.CardinalException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
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
        model = DemoBundle.importTo(shared.resolve("model"));
        otherModel = DemoBundle.importRelabeledTo(shared.resolve("other model"));
    }

    @BeforeEach
    void makeDirectories() throws IOException {
        images = Files.createDirectories(directory.resolve("images"));
        output = directory.resolve("predictions");
    }

    @AfterEach
    void healFileSystem() {
        FaultyFileSystem.heal();
    }

    @Test
    void everyImageBecomesARow() throws IOException {
        NoiseImages.write(images.resolve("Sandal/a b.png"));
        NoiseImages.write(images.resolve("Bag/hundred%20percent.png"));
        NoiseImages.write(images.resolve("Bag/[set]*.png"));
        NoiseImages.write(images.resolve("Bag/_MG_12:30.png"));
        Files.createFile(images.resolve("Bag/empty.png"));
        Files.writeString(images.resolve("Bag/notes.txt"), "hello\n");
        Files.writeString(images.resolve("Bag/.hidden"), "hello\n");

        LabelResult result = run(changes().truthFrom(TruthFrom.PARENT_DIR).request());

        assertThat(result.counts()).isEqualTo(Map.of("ok", 4L, "empty", 1L, "unsupported", 1L));
        assertThat(result.inputs().found()).isEqualTo(6);
        assertThat(result.inputs().skipped()).isEqualTo(1);
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
        NoiseImages.write(images, 3);
        Files.createFile(images.resolve("empty.png"));

        LabelResult result = run(request());

        JsonNode json = runJson();
        assertThat(json.path("outcome").asText()).isEqualTo("done");
        assertThat(json.path("exit_code").asInt()).isZero();
        assertThat(json.path("model").path("id").asText())
                .isEqualTo(result.model())
                .startsWith(DemoBundle.ID + "@");
        assertThat(json.path("counts").toString()).isEqualTo("{\"empty\":1,\"ok\":3}");
        assertThat(json.path("run_counts").toString()).isEqualTo("{\"empty\":1,\"ok\":3}");
        assertThat(json.path("commits").asInt()).isEqualTo(1);
        assertThat(json.path("options").path("top-k").asInt()).isEqualTo(10);
        assertThat(json.path("stage_seconds").fieldNames())
                .toIterable()
                .containsExactly("fetch", "decode", "wait", "infer", "write");
        assertThat(json.path("images_per_second").asDouble()).isPositive();
        assertThat(json.path("bytes").asLong())
                .isEqualTo(result.statistics().bytes())
                .isEqualTo(Files.size(images.resolve("00.png"))
                        + Files.size(images.resolve("01.png"))
                        + Files.size(images.resolve("02.png")));
        assertThat(json.path("batch_fill").asDouble())
                .as("three images, in one batch per task")
                .isIn(0.094, 0.047, 0.031)
                .isEqualTo(result.statistics().batchFill());
        Bottleneck bottleneck = Objects.requireNonNull(result.statistics().bottleneck());
        assertThat(json.path("bottleneck").path("stage").asText())
                .isEqualTo(bottleneck.stage().name().toLowerCase(Locale.ROOT));
        assertThat(json.path("bottleneck").path("advice").asText()).isEqualTo(bottleneck.advice());
        assertThat(output.resolve("_cardinal/lock")).doesNotExist();
        assertThat(files("_cardinal/runs")).hasSize(1);
    }

    @Test
    void secondRunLabelsNothingAndWritesNothing() throws IOException {
        NoiseImages.write(images, 4);
        NoiseImages.write(images.resolve("hundred%20 [set]*.png"));
        run(request());
        List<String> files = files("");
        byte[] record = Files.readAllBytes(output.resolve("_cardinal/run.json"));

        LabelResult again = run(request());

        assertThat(again.labeled()).isZero();
        assertThat(again.inputs().alreadyLabeled()).isEqualTo(5);
        assertThat(again.inputs().changed()).isZero();
        assertThat(again.statistics().commits()).isZero();
        assertThat(files("")).isEqualTo(files);
        assertThat(output.resolve("_cardinal/run.json")).hasBinaryContent(record);
    }

    /** The record is as after a crash between the last commit and the final record of the run. */
    @Test
    void runThatLabelsNothingKeepsTheSpeedOfAnEarlierRun() throws IOException {
        NoiseImages.write(images, 3);
        run(request());
        JsonNode measured = runJson().path("measured");
        assertThat(measured.path("images").asInt()).isEqualTo(3);
        assertThat(measured.path("images_per_second")).isEqualTo(runJson().path("images_per_second"));
        ObjectNode crashed = (ObjectNode) runJson();
        crashed.put("outcome", "running").putNull("exit_code").put("images_per_second", 0.0);
        crashed.putObject("run_counts");
        new JsonMapper().writeValue(output.resolve("_cardinal/run.json").toFile(), crashed);

        assertThat(run(request()).labeled()).isZero();

        assertThat(runJson().path("outcome").asText()).isEqualTo("done");
        assertThat(runJson().path("images_per_second").asDouble()).isZero();
        assertThat(runJson().path("measured")).isEqualTo(measured);
        assertThat(PredictionTable.at(new org.apache.hadoop.fs.Path(output.toUri()), new Configuration())
                        .origin()
                        .imagesPerSecond())
                .isEqualTo(measured.path("images_per_second").asDouble());
    }

    @Test
    void onlyTheNewFileIsLabeled() throws IOException {
        NoiseImages.write(images, 3);
        run(request());
        NoiseImages.write(images.resolve("new.png"));

        LabelResult second = run(request());

        assertThat(second.labeled()).isEqualTo(1);
        assertThat(second.inputs().alreadyLabeled()).isEqualTo(3);
        assertThat(names()).containsExactly("00.png", "01.png", "02.png", "new.png");
        assertThat(runJson().path("counts").path("ok").asLong()).isEqualTo(4);
        assertThat(runJson().path("run_counts").path("ok").asLong()).isEqualTo(1);
    }

    @Test
    void changedFileIsCountedAndKeepsItsRow() throws IOException {
        NoiseImages.write(images, 3);
        run(request());
        List<Row> before = table();
        Files.setLastModifiedTime(images.resolve("00.png"), FileTime.fromMillis(1_000_000_000_000L));
        FileTime unchanged = Files.getLastModifiedTime(images.resolve("01.png"));
        Files.write(images.resolve("01.png"), new byte[5]);
        Files.setLastModifiedTime(images.resolve("01.png"), unchanged);

        LabelResult again = run(request());

        assertThat(again.inputs().changed()).isEqualTo(2);
        assertThat(again.labeled()).isZero();
        assertThat(table()).isEqualTo(before);
    }

    @Test
    void rowsOfAStatusAreLabeledAgainAndReplaced() throws IOException {
        NoiseImages.write(images, 8);
        Files.createFile(images.resolve("empty.png"));
        Files.writeString(images.resolve("text.png"), "hello");
        run(changes().imagesPerCommit(5).request());
        List<Row> before = table();
        Files.delete(images.resolve("empty.png"));
        NoiseImages.write(images.resolve("empty.png"));
        NoiseImages.write(images.resolve("new.png"));

        LabelResult again = run(changes()
                .table(new TableOptions(Set.of("empty", "unsupported"), false, true))
                .request());

        assertThat(again.counts()).isEqualTo(Map.of("ok", 2L, "unsupported", 1L));
        assertThat(again.replaced()).isEqualTo(Map.of("empty", 1L, "unsupported", 1L));
        assertThat(again.statistics().commits()).isEqualTo(2);
        assertThat(names()).hasSize(11).doesNotHaveDuplicates().contains("new.png");
        assertThat(table())
                .containsAll(before.stream()
                        .filter(row -> row.<String>getAs("status").equals("ok"))
                        .toList());
        assertThat(runJson().path("counts").toString()).isEqualTo("{\"ok\":10,\"unsupported\":1}");
        assertThat(runJson().path("run_counts").toString()).isEqualTo("{\"ok\":2,\"unsupported\":1}");
        assertThat(runJson().path("replaced").toString()).isEqualTo("{\"empty\":1,\"unsupported\":1}");
        assertThat(runJson().path("options").path("retry").asText()).isEqualTo("empty,unsupported");
        assertThat(run(request()).labeled()).isZero();
    }

    @Test
    void differenceHashIsThatOfTheDefinition() throws IOException {
        byte[] line = new byte[90];
        Arrays.fill(line, 50, 90, (byte) 255); // cell 5 of 9 begins at column 50
        ByteArrayOutputStream picture = new ByteArrayOutputStream();
        picture.writeBytes("P5 90 40 255\n".getBytes(StandardCharsets.US_ASCII));
        for (int y = 0; y < 40; y++) {
            picture.writeBytes(line);
        }
        Files.createDirectories(images);
        Files.write(images.resolve("a.pgm"), picture.toByteArray());
        Files.createFile(images.resolve("empty.png"));

        run(changes().emit(Set.of(Emit.DHASH)).request());

        assertThat(table()).extracting(row -> row.<Long>getAs("dhash")).containsExactly(0x0808080808080808L, null);
    }

    @Test
    void changedFilesAreLabeledAgainAndReplaced() throws IOException {
        NoiseImages.write(images, 4);
        run(request());
        Files.writeString(images.resolve("01.png"), "no longer an image");
        LabelRequest relabel =
                changes().table(new TableOptions(Set.of(), true, false)).request();

        LabelResult again = run(relabel);

        assertThat(again.replaced()).isEqualTo(Map.of("ok", 1L));
        assertThat(again.inputs().changed()).isZero();
        assertThat(table())
                .extracting(row -> row.<String>getAs("status"))
                .containsExactly("ok", "unsupported", "ok", "ok");
        assertThat(run(relabel).labeled()).as("not changed since").isZero();
    }

    @Test
    void tableHoldsParquetFilesAndItsRecords() throws IOException {
        NoiseImages.write(images, 6);

        run(changes().imagesPerCommit(2).request());

        try (Stream<Path> entries = Files.list(output)) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .as("hidden files too")
                    .hasSize(4)
                    .allMatch(name -> name.matches("part-[^.]*[.]snappy[.]parquet|_cardinal"));
        }
        assertThat(files("_cardinal")).containsExactlyInAnyOrder("files.json", "run.json", "runs");
    }

    @Test
    void tableOfACatalogIsNotCompacted() throws IOException {
        assertThat(CompactJob.problems("table:lake.db.photos", new Configuration()))
                .containsExactly(
                        "predictions table:lake.db.photos are not a directory: compact them with the tools of their"
                                + " catalog");
    }

    @Test
    void verificationFindsRowsThatAnotherProgramHasAdded() throws IOException {
        NoiseImages.write(images, 3);
        run(request());
        LabelRequest verify =
                changes().table(new TableOptions(Set.of(), false, true)).request();
        assertThat(run(verify).labeled()).isZero();
        String file = files("").stream()
                .filter(name -> name.endsWith(".parquet"))
                .findFirst()
                .orElseThrow();
        String known = Files.readString(output.resolve("_cardinal/files.json"));
        Files.writeString(output.resolve("_cardinal/files.json"), known.replace("\"ok\" : 3", "\"ok\" : 4"));

        assertThatThrownBy(() -> run(verify))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("has other rows than its records say: {ok=3} instead of {ok=4}");

        Files.copy(output.resolve(file), output.resolve("copy.parquet"));
        assertThatThrownBy(() -> run(verify))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("has 2 rows of file:" + images + "/0");
    }

    @Test
    void deletedFileKeepsItsRow() throws IOException {
        NoiseImages.write(images, 3);
        run(request());
        Files.delete(images.resolve("00.png"));

        assertThat(run(request()).inputs().alreadyLabeled()).isEqualTo(2);
        assertThat(names()).hasSize(3);
    }

    @Test
    void otherModelOrOptionIsRejectedWithTheDifference() throws IOException {
        NoiseImages.write(images, 1);
        String labeledWith = run(request()).model();
        LabelOptions options = LabelOptions.defaults();
        long bytes = options.maxFileBytes();
        ImageOptions image = options.image();
        Map<String, Changes> rejected = Map.of(
                "model " + labeledWith + " there, " + DemoBundle.ID + "@",
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

        assertRejected(
                "--views one there, flip now", changes().options(10, Set.of(), bytes, image.withViews(Views.FLIP)));
        assertRejected("--draft false there, true now", changes().options(10, Set.of(), bytes, image.withDraft(true)));
        assertRejected("--precision fp32 there, auto now", changes().execution(withPrecision(PrecisionChoice.AUTO)));
        rejected.forEach(LabelJobTest::assertRejected);
        assertThat(names()).hasSize(1);
    }

    private static void assertRejected(String difference, Changes changes) {
        assertThatThrownBy(() -> run(changes.request()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("was made with another model or other options (" + difference)
                .hasMessageContaining("name another --output");
    }

    @Test
    void tableWithoutARecordedPrecisionOrViewsIsFp32WithOneView() throws IOException {
        NoiseImages.write(images, 1);
        run(request());
        ObjectNode record = (ObjectNode) runJson();
        assertThat(((ObjectNode) record.path("options")).remove("precision").asText())
                .isEqualTo("fp32");
        assertThat(((ObjectNode) record.path("options")).remove("views").asText())
                .isEqualTo("one");
        Files.writeString(output.resolve("_cardinal/run.json"), record.toString());

        assertRejected("--precision fp32 there, auto now", changes().execution(withPrecision(PrecisionChoice.AUTO)));
        LabelOptions usual = LabelOptions.defaults();
        assertRejected(
                "--views one there, flip now",
                changes()
                        .options(
                                10,
                                Set.of(),
                                usual.maxFileBytes(),
                                usual.image().withViews(Views.FLIP)));
        assertThat(run(request()).inputs().alreadyLabeled()).isEqualTo(1);
    }

    @Test
    void sharedModelGivesTheSameRowsAsABroadcastModel() throws IOException {
        NoiseImages.write(images, 3);
        run(request());
        List<Row> broadcast = table();
        output = directory.resolve("shared");
        ExecutionOptions usual = ExecutionOptions.defaults();

        run(changes()
                .execution(new ExecutionOptions(
                        4, 2, usual.precision(), DeviceChoice.CPU, ExecutionOptions.ModelDistribution.SHARED))
                .request());

        assertThat(table()).isEqualTo(broadcast);
        JsonNode options = runJson().path("options");
        assertThat(options.path("model-distribution").asText()).isEqualTo("shared");
        assertThat(options.path("device").asText()).isEqualTo("cpu");
        assertThat(options.path("prefetch").asInt()).isEqualTo(2);
        assertThat(options.path("precision").asText()).isEqualTo("fp32");
    }

    @Test
    void runRecordsItsDevice() throws IOException {
        NoiseImages.write(images, 1);

        LabelResult result = run(request());

        assertThat(result.statistics().devices()).singleElement().satisfies(use -> assertThat(use.device())
                .isEqualTo("cpu"));
        JsonNode use = runJson().path("devices").path(0);
        assertThat(use.path("executor").asText()).isEqualTo("driver");
        assertThat(use.path("device").asText()).isEqualTo("cpu");
        assertThat(use.path("precision").asText()).isEqualTo("fp32");
        assertThat(use.path("warning").isNull()).isTrue();
    }

    @Test
    void missingGpuIsRejectedBeforeTheListing() {
        ExecutionOptions gpu = ExecutionOptions.defaults().on(DeviceChoice.GPU, PrecisionChoice.FP32);

        assertThatThrownBy(() -> run(changes().input("/nowhere").execution(gpu).request()))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("--device gpu: TensorFlow cannot use a GPU of this machine");
        assertThat(output).doesNotExist();
    }

    private static ExecutionOptions withPrecision(PrecisionChoice precision) {
        return ExecutionOptions.defaults().on(DeviceChoice.AUTO, precision);
    }

    @Test
    void optionsThatDoNotChangeRowsMayDiffer() throws IOException {
        NoiseImages.write(images, 2);
        run(changes().input(images + "/00.png").request());

        LabelResult second =
                run(changes().imagesPerCommit(1).maxBadFraction(0.5).limit(7).request());

        assertThat(second.labeled()).isEqualTo(1);
    }

    @Test
    void outputThatIsNotATableIsRejected() throws IOException {
        NoiseImages.write(images, 1);
        Files.createDirectories(output);
        Files.writeString(output.resolve("thesis.txt"), "precious");

        assertThatThrownBy(() -> run(request()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("already holds something else (thesis.txt)");
        assertThat(files("")).containsExactly("thesis.txt");
    }

    @Test
    void outputThatIsAFileIsRejected() throws IOException {
        NoiseImages.write(images, 1);
        Files.createFile(output);

        assertThatThrownBy(() -> run(request()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/../images", "/sub/..", "*", "/*", "/{out,sub}", "/sub/../*"})
    void outputInsideTheInputIsRejected(String input) throws IOException {
        NoiseImages.write(images.resolve("sub"), 1);
        LabelRequest request = LabelRequest.of(
                model,
                List.of(images + input),
                Optional.of(images.resolve("out").toString()));

        assertThat(LabelJob.problems(request, new Configuration()))
                .singleElement()
                .asString()
                .contains("is inside input " + images + input);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sub", "/*.png", "/sub/*", "/o", "/[!o]*"})
    void outputNextToTheInputIsAccepted(String input) throws IOException {
        NoiseImages.write(images.resolve("sub"), 1);
        NoiseImages.write(images.resolve("o"), 1);
        NoiseImages.write(images, 1);
        LabelRequest request = LabelRequest.of(
                model,
                List.of(images + input),
                Optional.of(images.resolve("out").toString()));

        assertThat(LabelJob.problems(request, new Configuration())).isEmpty();
    }

    @Test
    void outputInsideAWholeFileSystemIsRejected() throws IOException {
        assertThat(LabelJob.problems(
                        LabelRequest.of(model, List.of("/"), Optional.of(output.toString())), new Configuration()))
                .singleElement()
                .asString()
                .contains("is inside input /");
    }

    @Test
    void everyProblemIsReportedAtOnce() {
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
        NoiseImages.write(images, 2);
        run(request());
        String file = files("").stream()
                .filter(name -> name.endsWith(".parquet"))
                .findFirst()
                .orElseThrow();
        // Hadoop's committer keeps the files of completed tasks here until it publishes all of them.
        Path leftover =
                Files.createDirectories(output.resolve("_temporary/0/task_202601010000000000000_0000_m_000000"));
        Files.copy(output.resolve(file), leftover.resolve("part-leftover.parquet"));
        NoiseImages.write(images.resolve("new.png"));

        run(request());

        assertThat(names()).containsExactly("00.png", "01.png", "new.png");
        assertThat(files("")).noneMatch(name -> name.contains("leftover") || name.equals("_temporary"));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.2, 0.25, 1})
    void rowsAreWrittenEvenIfTooManyAreBad(double maxBadFraction) throws IOException {
        NoiseImages.write(images, 3);
        Files.createFile(images.resolve("empty.png"));

        LabelResult result = run(changes().maxBadFraction(maxBadFraction).request());

        boolean exceeded = maxBadFraction < 0.25;
        assertThat(result.gateExceeded()).isEqualTo(exceeded);
        assertThat(names()).hasSize(4);
        assertThat(runJson().path("outcome").asText()).isEqualTo(exceeded ? "gate-exceeded" : "done");
        assertThat(runJson().path("exit_code").asInt()).isEqualTo(exceeded ? 3 : 0);
    }

    @Test
    void limitAppliesAndTheNextRunContinues() throws IOException {
        NoiseImages.write(images, 5);
        LabelRequest two = changes().limit(2).request();

        assertThat(run(two).labeled()).isEqualTo(2);
        assertThat(run(two).labeled()).isEqualTo(2);
        assertThat(run(two).labeled()).isEqualTo(1);
        assertThat(run(two).labeled()).isZero();
        assertThat(names()).containsExactly("00.png", "01.png", "02.png", "03.png", "04.png");
    }

    @Test
    void imagesAreCommittedInSeveralCommits() throws IOException {
        NoiseImages.write(images, 7);

        LabelResult result = run(changes().imagesPerCommit(3).request());

        assertThat(result.statistics().commits()).isEqualTo(3);
        assertThat(runJson().path("commits").asInt()).isEqualTo(3);
        assertThat(names()).hasSize(7).doesNotHaveDuplicates();
    }

    @Test
    void storeFailureLosesOnlyTheCommitInProgress() throws IOException {
        NoiseImages.write(images, 12);
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

        assertThat(second.labeled()).isEqualTo(4);
        assertThat(names()).containsExactly(numbered(12));
        assertThat(table()).allMatch(row -> row.<String>getAs("status").equals("ok"));
        assertThat(runJson().path("outcome").asText()).isEqualTo("done");
        assertThat(runJson().path("counts").path("ok").asInt()).isEqualTo(12);
    }

    @Test
    void outputThatAnotherRunWritesToIsRejected() throws IOException {
        NoiseImages.write(images, 1);
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
    void runThatLostItsLockCommitsNothing() throws IOException {
        NoiseImages.write(images, 1);
        LabelProgress thief = new LabelProgress() {
            @Override
            public void step(String what) {}

            @Override
            public void labeling(long total, LongSupplier done) {
                try {
                    Files.delete(output.resolve("_cardinal/lock"));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void finished() {}
        };

        assertThatThrownBy(() -> new LabelJob(TestSpark.session(), Clock.systemUTC(), thief).run(request()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lost the lock");
        assertThat(files("")).containsExactly("_cardinal");
    }

    @Test
    void rowsAreReturnedWithoutAnOutput() throws IOException {
        NoiseImages.write(images, 2);

        LabelResult result = run(LabelRequest.of(model, List.of(images.toString()), Optional.empty()));

        assertThat(result.rows()).hasSize(2);
        assertThat(result.statistics().commits()).isZero();
        assertThat(directory).isDirectoryNotContaining("glob:**/predictions");
    }

    @Test
    void tooManyImagesToPrintAreRejected() throws IOException {
        Path one = NoiseImages.write(images.resolve("0.png"));
        for (int i = 1; i <= 100; i++) {
            Files.copy(one, images.resolve(i + ".png"));
        }

        assertThatThrownBy(() -> run(LabelRequest.of(model, List.of(images.toString()), Optional.empty())))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("101 images are too many to print")
                .hasMessageContaining("--limit them to 100");
    }

    /** Makes a table as 0.1 left it: a file for every task, and no files.json. */
    @Test
    void manySmallFilesAreCompactedToOne() throws IOException {
        NoiseImages.write(images, 6);
        run(changes().imagesPerCommit(1).request());
        Files.delete(output.resolve("_cardinal/files.json"));
        List<Row> before = table();
        CompactJob job = new CompactJob(TestSpark.session(), Clock.systemUTC(), step -> {});

        CompactResult first = job.run(output.toString());

        assertThat(first.filesBefore()).isEqualTo(6);
        assertThat(first.filesAfter()).isEqualTo(1);
        assertThat(first.rows()).isEqualTo(6);
        assertThat(table()).isEqualTo(before);
        assertThat(files("")).hasSize(2);
        assertThat(job.run(output.toString()).filesAfter()).isEqualTo(1);
        assertThat(run(request()).inputs().alreadyLabeled()).isEqualTo(6);
        assertThatThrownBy(() -> job.run(images.toString()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is not a predictions table");
    }

    @Test
    void directoryWithoutImagesCreatesAnEmptyTable() throws IOException {
        LabelResult first = run(request());
        NoiseImages.write(images, 1);
        LabelResult second = run(request());

        assertThat(first.inputs().found()).isZero();
        assertThat(first.statistics().batchFill()).isNull();
        assertThat(first.statistics().bottleneck()).isNull();
        assertThat(first.gateExceeded()).isFalse();
        assertThat(second.labeled()).isEqualTo(1);
        assertThat(names()).hasSize(1);
    }

    @Test
    void outputNameMayContainGlobCharacters() throws IOException {
        NoiseImages.write(images, 2);
        output = directory.resolve("[set] {a,b} %20*");
        run(changes().limit(1).request());

        LabelResult second = run(request());

        assertThat(second.inputs().alreadyLabeled()).isEqualTo(1);
        assertThat(second.counts()).isEqualTo(Map.of("ok", 1L));
        assertThat(runJson().path("counts").path("ok").asInt()).isEqualTo(2);
    }

    private LabelRequest request() {
        return changes().request();
    }

    private Changes changes() {
        return new Changes(images.toString(), output.toString());
    }

    /** Builds a request with the defaults and the changes of a test. */
    private static final class Changes {
        private final String output;
        private String model = LabelJobTest.model;
        private String input;
        private long limit = Long.MAX_VALUE;
        private TruthFrom truthFrom = TruthFrom.NONE;
        private LabelOptions options = LabelOptions.defaults();
        private OptionalInt imagesPerCommit = OptionalInt.empty();
        private TableOptions table = TableOptions.KEEP;
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
            options = new LabelOptions(
                    topK, emit, maxFileBytes, image, RecordFields.usual(), ExecutionOptions.defaults());
            return this;
        }

        Changes emit(Set<Emit> columns) {
            options = options.withEmit(columns);
            return this;
        }

        Changes execution(ExecutionOptions execution) {
            options = options.withExecution(execution);
            return this;
        }

        Changes imagesPerCommit(int images) {
            imagesPerCommit = OptionalInt.of(images);
            return this;
        }

        Changes table(TableOptions rows) {
            table = rows;
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
                    maxBadFraction,
                    table);
        }
    }

    private static LabelResult run(LabelRequest request) throws IOException {
        return new LabelJob(TestSpark.session(), Clock.systemUTC(), LabelProgress.NONE).run(request);
    }

    /** Returns the rows in order of path. */
    private List<Row> table() {
        return TestSpark.session()
                .read()
                .parquet(output.toString())
                .orderBy("path")
                .collectAsList();
    }

    /** Returns the file name of every row, in order of path. */
    private List<String> names() {
        return table().stream()
                .map(row -> row.<String>getAs("path"))
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .toList();
    }

    private static String[] numbered(int count) {
        return IntStream.range(0, count).mapToObj("%02d.png"::formatted).toArray(String[]::new);
    }

    /** Returns the names in a directory of the output, without Hadoop's hidden checksum files. */
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
