package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cardinal.job.DemoBundle;
import dev.cardinal.job.FaultyFileSystem;
import dev.cardinal.job.NoiseImages;
import dev.cardinal.job.SameTable;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.model.ModelCache;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels images with several models in one pass, and compares each table with that of a run of its own. */
class LabelPassTest {
    private static final int IMAGES = 12;
    private static final List<String> NOT_OF_THE_TABLE = List.of(
            "started", "finished", "images_per_second", "measured", "stage_seconds", "bottleneck", "batch_fill");

    @TempDir
    private static Path shared;

    /** Three models; the first two prepare images in the same way. */
    private static List<String> models;

    @TempDir
    private Path directory;

    private Path images;
    private final List<String> notes = new ArrayList<>();

    @BeforeAll
    static void importModels() throws IOException {
        models = List.of(
                DemoBundle.importTo(shared.resolve("model")),
                DemoBundle.importRelabeledTo(shared.resolve("relabeled")),
                DemoBundle.importResizedTo(shared.resolve("resized")));
    }

    @BeforeEach
    void makeImages() throws IOException {
        images = directory.resolve("images");
        NoiseImages.write(images, IMAGES);
        Files.createFile(images.resolve("empty.png"));
        Files.writeString(images.resolve("text.png"), "hello");
    }

    @AfterEach
    void healFileSystem() {
        FaultyFileSystem.heal();
    }

    @Test
    void everyTableIsThatOfARunOfItsOwn() throws Exception {
        List<LabelResult> results = run(request(0, "a"), request(1, "b"), request(2, "c"));

        assertThat(results)
                .extracting(LabelResult::counts)
                .containsOnly(Map.of("ok", (long) IMAGES, "empty", 1L, "unsupported", 1L));
        assertThat(results).extracting(LabelResult::model).doesNotHaveDuplicates();
        long bytes = 0;
        try (Stream<Path> files = Files.list(images)) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        assertThat(results.get(0).statistics().bytes()).as("read once").isEqualTo(bytes);
        for (int model = 0; model < models.size(); model++) {
            String table = List.of("a", "b", "c").get(model);
            run(request(model, "own " + table));
            assertSame(table, "own " + table);
        }
        assertThat(notes.subList(0, 3))
                .containsExactly(
                        output("a") + ": 14 images to label with "
                                + results.get(0).model(),
                        output("b") + ": 14 images to label with "
                                + results.get(1).model(),
                        output("c") + ": 14 images to label with "
                                + results.get(2).model());
    }

    /** Compares rows and records. */
    private void assertSame(String table, String expected) throws Exception {
        SameTable.assertSameRows(output(table), output(expected));
        ObjectNode record = record(table);
        ObjectNode ofExpected = record(expected);
        record.remove(NOT_OF_THE_TABLE);
        ofExpected.remove(NOT_OF_THE_TABLE);
        ((ObjectNode) record.path("options")).remove("output");
        ((ObjectNode) ofExpected.path("options")).remove("output");
        assertThat(record).isEqualTo(ofExpected);
    }

    @Test
    void imagesThatOneTableLacksAreLabeledForItAlone() throws Exception {
        run(limited(0, "a", 5));

        List<LabelResult> both = run(request(0, "a"), request(2, "b"));

        assertThat(both.get(0).labeled()).isEqualTo(9);
        assertThat(both.get(0).inputs().alreadyLabeled()).isEqualTo(5);
        assertThat(both.get(1).labeled()).isEqualTo(14);
        run(request(0, "own a"));
        run(request(2, "own b"));
        SameTable.assertSameRows(output("a"), output("own a"));
        SameTable.assertSameRows(output("b"), output("own b"));
        assertThat(record("a").path("counts")).isEqualTo(record("own a").path("counts"));
    }

    @Test
    void modelWhoseTableIsCompleteIsNotLoaded() throws Exception {
        run(request(0, "a"));
        byte[] before = Files.readAllBytes(output("a").resolve("_cardinal/run.json"));
        ModelCache.closeAll();
        long loads = ModelCache.loads();

        List<LabelResult> both = run(request(0, "a"), request(1, "b"));

        assertThat(both).extracting(LabelResult::labeled).containsExactly(0L, 14L);
        assertThat(ModelCache.loads() - loads).isEqualTo(1);
        assertThat(output("a").resolve("_cardinal/run.json")).hasBinaryContent(before);
        assertThat(run(request(0, "a"), request(1, "b")))
                .extracting(LabelResult::labeled)
                .containsOnly(0L);
    }

    @Test
    void limitCountsTheImagesOfEachTable() throws Exception {
        run(limited(0, "a", 3));

        run(limited(0, "a", 4), limited(1, "b", 4));

        assertThat(rows("a")).isEqualTo(7);
        assertThat(rows("b")).isEqualTo(4);
        run(limited(1, "own b", 4));
        SameTable.assertSameRows(output("b"), output("own b"));
    }

    @Test
    void rowsAreReplacedInEveryTable() throws Exception {
        run(request(0, "a"), request(1, "b"));
        NoiseImages.write(images.resolve("text.png"));
        NoiseImages.write(images.resolve("new.png"));
        TableOptions retry = new TableOptions(Set.of("unsupported"), false, true);

        List<LabelResult> again = run(request(0, "a", 99, 100, retry, 1), request(1, "b", 99, 100, retry, 1));

        assertThat(again).extracting(LabelResult::replaced).containsOnly(Map.of("unsupported", 1L));
        assertThat(again).extracting(LabelResult::counts).containsOnly(Map.of("ok", 2L));
        run(request(1, "own b"));
        SameTable.assertSameRows(output("b"), output("own b"));
    }

    @Test
    void gateCountsTheRowsOfEachTable() throws Exception {
        run(request(0, "a"));
        NoiseImages.write(images.resolve("new.png"));

        List<LabelResult> both =
                run(request(0, "a", 99, 100, TableOptions.KEEP, 0.1), request(1, "b", 99, 100, TableOptions.KEEP, 0.1));

        assertThat(both).extracting(LabelResult::gateExceeded).containsExactly(false, true);
        assertThat(record("a").path("outcome").asText()).isEqualTo("done");
        assertThat(record("b").path("outcome").asText()).isEqualTo("gate-exceeded");
    }

    @Test
    void tableOfAnotherRunIsRefusedAndNoLockIsLeft() throws Exception {
        PredictionTable second =
                PredictionTable.at(new org.apache.hadoop.fs.Path(output("b").toString()), new Configuration());
        try (RunLock lock = second.lock(Clock.systemUTC())) {
            assertThatThrownBy(() -> run(request(0, "a"), request(1, "b")))
                    .isInstanceOf(CardinalException.class)
                    .hasMessageContaining("another run is writing to file:" + output("b"));
            lock.requireHeld();
        }
        assertThat(output("a").resolve("_cardinal/lock")).doesNotExist();
        assertThat(run(request(0, "a"), request(1, "b")))
                .extracting(LabelResult::labeled)
                .containsOnly(14L);
    }

    @Test
    void failedPassIsRecordedInEveryTable() throws Exception {
        Files.delete(images.resolve("empty.png"));
        Files.delete(images.resolve("text.png"));
        FaultyFileSystem.fail("09.png");
        List<LabelRequest> requests = Stream.of(request(0, "a"), request(1, "b"))
                .map(request -> from("faulty:" + images, request, 4))
                .toList();

        assertThatThrownBy(() -> run(requests)).hasStackTraceContaining("503 the store is down");

        assertThat(record("a").path("outcome").asText()).isEqualTo("failed");
        assertThat(record("b").path("outcome").asText()).isEqualTo("failed");
        assertThat(record("a").path("counts").path("ok").asInt()).isEqualTo(8);
        assertThat(record("b").path("counts").path("ok").asInt()).isEqualTo(8);
        FaultyFileSystem.heal();
        assertThat(run(requests)).extracting(LabelResult::labeled).containsOnly(4L);
    }

    /** Stops the run before one of its changes to the tables, and continues it. At every second place, one table is ahead before. */
    @Test
    void everyTableIsCompletedWhereverTheRunWasKilled() throws Exception {
        run(request(0, "own a"));
        run(request(2, "own b"));
        int places = 0;
        boolean hasStopped = true;
        for (int changes = 9; hasStopped; changes += 9) {
            String a = "faulty:" + output("a" + changes);
            String b = "faulty:" + output("b" + changes);
            if (places % 2 == 1) {
                run(limited(0, "a" + changes, 3));
            }
            List<LabelRequest> requests =
                    List.of(request(0, a, 99, 5, TableOptions.KEEP, 1), request(2, b, 99, 5, TableOptions.KEEP, 1));
            FaultyFileSystem.crashAfter(changes);
            hasStopped = hasFailed(requests);
            FaultyFileSystem.heal();

            run(requests);

            SameTable.assertSameRows(output("a" + changes), output("own a"));
            SameTable.assertSameRows(output("b" + changes), output("own b"));
            assertThat(record("b" + changes).path("counts"))
                    .isEqualTo(record("own b").path("counts"));
            places++;
            assertThat(places).isLessThan(60);
        }
        assertThat(places).as("places where the run was stopped").isGreaterThan(5);
    }

    private boolean hasFailed(List<LabelRequest> requests) {
        try {
            run(requests);
            return false;
        } catch (Exception e) { // Spark throws checked exceptions that it does not declare
            return true;
        }
    }

    @Test
    void sameModelOrDirectoryTwiceIsRefused() throws IOException {
        assertThat(problems(request(0, "a"), request(0, "b")))
                .singleElement()
                .asString()
                .startsWith("--model " + models.get(0) + " and --model " + models.get(0) + " are the same model, "
                        + DemoBundle.ID + "@")
                .endsWith(": leave out one of them and its --output");
        assertThat(problems(request(0, "a"), request(1, "a/"), request(2, "b")))
                .containsExactly("--output file:" + output("a")
                        + " is given twice: name a directory of its own for each --model");
        assertThat(problems(request(0, "a"), request(1, "a/b")))
                .containsExactly("--output file:" + output("a") + " and --output file:" + output("a/b")
                        + " are inside each other: name directories next to each other");
        assertThat(problems(request(0, "a"), request(1, "ab"))).isEmpty();
    }

    @Test
    void problemsOfAllRequestsAreReportedOnce() throws IOException {
        LabelRequest missing = from(directory.resolve("none").toString(), request(0, "a"), 9);
        LabelRequest other = from(directory.resolve("none").toString(), request(1, "images"), 9);

        assertThat(problems(missing, other))
                .hasSize(2)
                .anyMatch(problem -> problem.contains("none"))
                .anyMatch(problem -> problem.contains("images"));
    }

    @Test
    void requestsThatDifferInOtherOptionsAreNoPass() {
        assertThatThrownBy(() -> problems(request(0, "a"), limited(1, "b", 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("may differ only in the model, the card, the output and the state");
        LabelRequest printed = LabelRequest.of(models.get(0), List.of(images.toString()), Optional.empty());
        assertThatThrownBy(() -> problems(printed, printed)).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<String> problems(LabelRequest... requests) throws IOException {
        return LabelJob.check(List.of(requests), TestSpark.context().hadoopConfiguration())
                .problems();
    }

    private List<LabelResult> run(LabelRequest... requests) throws IOException {
        return run(List.of(requests));
    }

    private List<LabelResult> run(List<LabelRequest> requests) throws IOException {
        LabelProgress progress = new LabelProgress() {
            @Override
            public void step(String what) {}

            @Override
            public void note(String text) {
                notes.add(text);
            }

            @Override
            public void labeling(long total, LongSupplier done) {}

            @Override
            public void finished() {}
        };
        return new LabelJob(TestSpark.session(), Clock.systemUTC(), progress)
                .run(LabelJob.check(requests, TestSpark.context().hadoopConfiguration()));
    }

    private LabelRequest request(int model, String output) {
        return limited(model, output, Long.MAX_VALUE);
    }

    private LabelRequest limited(int model, String output, long limit) {
        return request(model, output, limit, 100, TableOptions.KEEP, 1);
    }

    private LabelRequest request(
            int model, String output, long limit, int imagesPerCommit, TableOptions table, double maxBadFraction) {
        return new LabelRequest(
                models.get(model),
                null,
                SourceSpec.of(List.of(images.toString())),
                Optional.of(output.contains(":") ? output : output(output).toString()),
                limit,
                LabelOptions.defaults(),
                OptionalInt.of(imagesPerCommit),
                maxBadFraction,
                table);
    }

    private static LabelRequest from(String input, LabelRequest request, int imagesPerCommit) {
        return new LabelRequest(
                request.model(),
                null,
                SourceSpec.of(List.of(input)),
                request.output(),
                request.limit(),
                request.options(),
                OptionalInt.of(imagesPerCommit),
                request.maxBadFraction(),
                request.table());
    }

    private Path output(String name) {
        return directory.resolve(name);
    }

    private ObjectNode record(String name) throws IOException {
        return (ObjectNode) new JsonMapper()
                .readTree(output(name).resolve("_cardinal/run.json").toFile());
    }

    private long rows(String name) {
        return TestSpark.session().read().parquet(output(name).toString()).count();
    }
}
