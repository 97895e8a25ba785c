package dev.cardinal.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.DemoBundle;
import dev.cardinal.job.FaultyFileSystem;
import dev.cardinal.job.NoiseImages;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.doctor.Check.CheckResult;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.Diagnosis.Written;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.udf.model.ModelCache;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.udf.options.ExecutionOptions.ModelDistribution;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.GoldenSample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks this machine with the model that comes with Cardinal. */
class DoctorJobTest {
    private static final int IMAGES = 12;

    @TempDir
    private static Path shared;

    private static Path model = Path.of("unset");

    @TempDir
    private Path directory;

    private Path images = Path.of("unset");

    @BeforeAll
    static void importModel() throws IOException {
        model = Path.of(DemoBundle.importTo(shared.resolve("model")));
    }

    @BeforeEach
    void writeImages() throws IOException {
        images = directory.resolve("images");
        NoiseImages.write(images, IMAGES);
    }

    @AfterEach
    void resetFailures() {
        FaultyFileSystem.heal();
        TestSpark.context().hadoopConfiguration().unset(Retry.TRIES);
        ModelCache.closeAll();
    }

    @Test
    void onlyTheMachineIsCheckedWithoutAModelAndImages() {
        Diagnosis diagnosis = run(new Changes());

        assertThat(diagnosis.checks()).extracting(Check::name).containsExactly(Name.values());
        assertThat(results(diagnosis))
                .containsEntry(Name.JAVA, CheckResult.PASS)
                .containsEntry(Name.SPARK, CheckResult.PASS)
                .containsEntry(Name.EXECUTORS, CheckResult.PASS)
                .containsEntry(Name.NATIVES, CheckResult.PASS)
                .containsEntry(Name.NATIVE_CACHE, CheckResult.PASS)
                .containsEntry(Name.DEVICE, CheckResult.PASS);
        assertThat(diagnosis.check(Name.GOLDEN).finding()).isEqualTo("needs a model: --model DIR");
        assertThat(diagnosis.check(Name.IMAGES).finding()).isEqualTo("needs images: --input URI");
        assertThat(diagnosis.check(Name.OUTPUT).finding()).isEqualTo("needs a directory for predictions: --output DIR");
        assertThat(diagnosis.check(Name.STAGES).finding())
                .isEqualTo("needs images: --input URI, and a model: --model DIR");
        assertThat(diagnosis.hasFailed()).isFalse();
        assertThat(diagnosis.executors()).singleElement().satisfies(executor -> {
            assertThat(executor.executor().id()).isEqualTo("driver");
            assertThat(executor.executor().slots()).isEqualTo(2);
            assertThat(executor.compute().device()).isEqualTo("cpu");
            assertThat(executor.memory().heapBytes()).isPositive();
            assertThat(executor.speed().imagesPerSecond()).isNull();
        });
        assertThat(diagnosis.estimate()).isNull();
    }

    @Test
    void sampleIsMeasuredAndTimeIsEstimated() throws IOException {
        Path output = directory.resolve("not/there");
        Files.writeString(images.resolve("notes.txt"), "hello");
        Files.createFile(images.resolve(".hidden"));
        List<String> before = entries();

        Diagnosis diagnosis = run(new Changes()
                .model(model.toString())
                .input(images.toString())
                .output(output.toString())
                .executors(4));

        assertThat(diagnosis.hasFailed()).isFalse();
        assertThat(diagnosis.count(CheckResult.SKIPPED)).isZero();
        assertThat(diagnosis.model()).isNotNull().satisfies(read -> {
            assertThat(read.id())
                    .startsWith(DemoBundle.ID + "@" + read.fingerprint().substring(0, 12));
            assertThat(read.title()).isEqualTo("ResNeXt-20 8x4d");
            assertThat(read.classes()).isEqualTo(10);
            assertThat(read.bytes()).isBetween(5_000_000L, 6_000_000L);
        });
        assertThat(diagnosis.input()).isNotNull().satisfies(found -> {
            assertThat(found.images()).isEqualTo(IMAGES + 1);
            assertThat(found.bytes()).isEqualTo(bytes(images));
            assertThat(found.skipped()).isEqualTo(1);
            assertThat(found.statuses()).containsKeys("ok", "unsupported");
            assertThat(found.examples())
                    .allMatch(each -> each.startsWith("file:" + images + "/notes.txt: unsupported, "));
        });
        assertThat(diagnosis.check(Name.IMAGES).result()).isEqualTo(CheckResult.WARN);
        assertThat(diagnosis.measurement()).isNotNull().satisfies(measured -> {
            assertThat(measured.images()).isEqualTo(IMAGES + 1);
            assertThat(measured.tasks()).isEqualTo(2);
            assertThat(measured.batchSize()).as("no task has more images").isEqualTo(7);
            assertThat(measured.written()).isEqualTo(Written.OUTPUT);
            assertThat(measured.executors()).isEqualTo(1);
        });
        assertThat(diagnosis.estimate()).isNotNull().satisfies(estimate -> {
            assertThat(estimate.images()).isEqualTo(IMAGES + 1);
            assertThat(estimate.executors()).isEqualTo(4);
            assertThat(estimate.gpuHours()).isNull();
            assertThat(estimate.seconds()).isPositive();
        });
        assertThat(diagnosis.executors().get(0).speed().imagesPerSecond()).isPositive();
        assertThat(diagnosis.executors().get(0).speed().modelImagesPerSecond()).isPositive();
        assertThat(entries()).as("nothing is left behind").isEqualTo(before);
    }

    @Test
    void sampleIsNotLargerThanRequested() {
        Diagnosis diagnosis = run(new Changes()
                .model(model.toString())
                .input(images.toString())
                .sample(3)
                .execution(
                        new ExecutionOptions(32, 2, PrecisionChoice.AUTO, DeviceChoice.CPU, ModelDistribution.SHARED)));

        assertThat(diagnosis.measurement()).isNotNull().satisfies(measured -> {
            assertThat(measured.images()).isEqualTo(3);
            assertThat(measured.batchSize()).isEqualTo(2);
            assertThat(measured.written()).isEqualTo(Written.LOCAL_DISK);
        });
        assertThat(diagnosis.check(Name.OUTPUT).result()).isEqualTo(CheckResult.SKIPPED);
    }

    @Test
    void imagesAreReadWithoutAModel() {
        Diagnosis diagnosis = run(new Changes().input(images.toString()));

        assertThat(diagnosis.check(Name.IMAGES)).isEqualTo(Check.pass(Name.IMAGES, "8 images read on executors: 8 ok"));
        assertThat(diagnosis.check(Name.STAGES)).isEqualTo(Check.skipped(Name.STAGES, "needs a model: --model DIR"));
        assertThat(diagnosis.measurement()).isNull();
    }

    @Test
    void missingModelFailsAndImagesAreStillRead() {
        Path missing = directory.resolve("missing");

        Diagnosis diagnosis = run(new Changes().model(missing.toString()).input(images.toString()));

        assertThat(diagnosis.check(Name.MODEL).result()).isEqualTo(CheckResult.FAIL);
        assertThat(diagnosis.check(Name.MODEL).finding()).isEqualTo("model " + missing + " does not exist");
        assertThat(diagnosis.check(Name.GOLDEN).result()).isEqualTo(CheckResult.SKIPPED);
        assertThat(diagnosis.check(Name.IMAGES).result()).isEqualTo(CheckResult.PASS);
        assertThat(diagnosis.hasFailed()).isTrue();
    }

    @Test
    void directoryWithoutAModelFails() throws IOException {
        Path empty = Files.createDirectories(directory.resolve("empty"));

        Check check = run(new Changes().model(empty.toString())).check(Name.MODEL);

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding()).contains(empty.toString());
        assertThat(check.advice()).isEqualTo("use a bundle that 'cardinal import' created, or import the model again");
    }

    @Test
    void modelWithChangedLabelsFails() throws IOException {
        Path damaged = copy(model);
        Files.writeString(damaged.resolve(BundleCard.LABELS_FILE), "cat\n", StandardOpenOption.APPEND);

        Check check = run(new Changes().model(damaged.toString())).check(Name.MODEL);

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding()).contains("is corrupt: ");
    }

    @Test
    void modelWithDifferentLogitsFails() throws IOException {
        Path damaged = copy(model);
        Files.writeString(damaged.resolve(GoldenSample.LOGITS_FILE), "[9, 9, 9, 9, 9, 9, 9, 9, 9, 9]");

        Diagnosis diagnosis = run(new Changes().model(damaged.toString()).input(images.toString()));

        assertThat(diagnosis.check(Name.MODEL).result()).isEqualTo(CheckResult.PASS);
        assertThat(diagnosis.check(Name.GOLDEN).result()).isEqualTo(CheckResult.FAIL);
        assertThat(diagnosis.check(Name.GOLDEN).finding()).contains("computes different logits on this executor");
        assertThat(diagnosis.check(Name.BATCH).result()).isEqualTo(CheckResult.SKIPPED);
        assertThat(diagnosis.check(Name.IMAGES).result()).isEqualTo(CheckResult.PASS);
        assertThat(diagnosis.check(Name.STAGES)).isEqualTo(Check.skipped(Name.STAGES, "needs a model that loads"));
    }

    @Test
    void modelWithCorruptWeightsFails() throws IOException {
        Path damaged = copy(model);
        Path weights = damaged.resolve("variables/variables.data-00000-of-00001");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length / 2] ^= 1;
        Files.write(weights, bytes);

        Check check = run(new Changes().model(damaged.toString())).check(Name.GOLDEN);

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding()).contains("cannot be loaded").contains("Checksum");
    }

    @Test
    void missingInputFails() {
        Path missing = directory.resolve("missing");

        Diagnosis diagnosis = run(new Changes().model(model.toString()).input(missing.toString()));

        assertThat(diagnosis.check(Name.INPUT).result()).isEqualTo(CheckResult.FAIL);
        assertThat(diagnosis.check(Name.INPUT).finding())
                .isEqualTo("input " + missing + " does not exist, and matches no file as a glob");
        assertThat(diagnosis.check(Name.IMAGES).result()).isEqualTo(CheckResult.SKIPPED);
        assertThat(diagnosis.check(Name.BATCH).result()).isEqualTo(CheckResult.PASS);
    }

    @Test
    void inputWithoutImagesFails() throws IOException {
        Path empty = Files.createDirectories(directory.resolve("empty"));
        Files.createFile(empty.resolve(".hidden"));

        Check check = run(new Changes().input(empty.toString())).check(Name.INPUT);

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding())
                .isEqualTo("no images in " + empty + "; skipped: 1 hidden: the name begins with a dot");
    }

    @Test
    void oneImageIsMeasured() throws IOException {
        Path one = Files.createDirectories(directory.resolve("one"));
        NoiseImages.write(one, 1);

        Diagnosis diagnosis = run(new Changes().model(model.toString()).input(one.toString()));

        assertThat(diagnosis.hasFailed()).isFalse();
        assertThat(diagnosis.measurement()).isNotNull().satisfies(measured -> {
            assertThat(measured.images()).isEqualTo(1);
            assertThat(measured.tasks()).isEqualTo(1);
            assertThat(measured.batchSize()).isEqualTo(1);
        });
        assertThat(diagnosis.estimate()).isNotNull();
    }

    @Test
    void directoryThatCannotBeListedFails() {
        FaultyFileSystem.fail("images");

        Check check = run(new Changes().input("faulty:" + images)).check(Name.INPUT);

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding()).contains("503 the store is down");
        assertThat(check.advice()).isEqualTo("use an --input that exists and that this user can read");
    }

    @Test
    void imagesThatAreAllCorruptFail() throws IOException {
        Path broken = Files.createDirectories(directory.resolve("broken"));
        Files.writeString(broken.resolve("a.png"), "hello");
        Files.createFile(broken.resolve("b.png"));

        Diagnosis diagnosis = run(new Changes().model(model.toString()).input(broken.toString()));

        assertThat(diagnosis.check(Name.INPUT).result()).isEqualTo(CheckResult.PASS);
        assertThat(diagnosis.check(Name.IMAGES).result()).isEqualTo(CheckResult.FAIL);
        assertThat(diagnosis.check(Name.IMAGES).finding()).contains("0 ok, ", " empty", " unsupported");
    }

    @Test
    void storeThatFailsToReadImagesFails() {
        for (int i = 0; i < IMAGES; i++) {
            FaultyFileSystem.fail(String.format(Locale.ROOT, "%02d.png", i));
        }
        TestSpark.context().hadoopConfiguration().setInt(Retry.TRIES, 1);

        Diagnosis diagnosis = run(new Changes().model(model.toString()).input("faulty:" + images));

        assertThat(diagnosis.check(Name.INPUT).result()).isEqualTo(CheckResult.PASS);
        assertThat(diagnosis.check(Name.IMAGES).result()).isEqualTo(CheckResult.FAIL);
        assertThat(diagnosis.check(Name.IMAGES).finding()).contains("503 the store is down");
        assertThat(diagnosis.check(Name.STAGES).result()).isEqualTo(CheckResult.SKIPPED);
    }

    @Test
    void unwritableOutputFails() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        List<String> before = entries();

        Diagnosis diagnosis = run(new Changes()
                .model(model.toString())
                .input(images.toString())
                .output(file.resolve("below").toString()));

        assertThat(diagnosis.check(Name.OUTPUT).result()).isEqualTo(CheckResult.FAIL);
        assertThat(diagnosis.measurement()).isNotNull().satisfies(measured -> assertThat(measured.written())
                .isEqualTo(Written.LOCAL_DISK));
        assertThat(entries()).isEqualTo(before);
    }

    @Test
    void outputInsideTheInputFails() {
        Path inside = images.resolve("predictions");

        Check check = run(new Changes().input(images.toString()).output(inside.toString()))
                .check(Name.OUTPUT);

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding())
                .isEqualTo("output " + inside + " is inside input " + images + " and would be read as images");
        assertThat(inside).doesNotExist();
    }

    @Test
    void applicationThatTheMasterEndedFails() {
        SparkSession stopped = TestSpark.session();
        stopped.stop();

        Diagnosis diagnosis =
                new DoctorJob(stopped, Clock.systemUTC(), LabelProgress.NONE).run(new Changes().request());

        assertThat(diagnosis.check(Name.SPARK).result()).isEqualTo(CheckResult.FAIL);
        assertThat(diagnosis.check(Name.SPARK).finding())
                .startsWith("Spark does not start: local[2] does not answer, or has ended this application");
        assertThat(diagnosis.count(CheckResult.SKIPPED)).isEqualTo(14);
    }

    /** On machines without a GPU. */
    @Test
    void missingDeviceFailsAndNothingIsMeasured() {
        Diagnosis diagnosis = run(new Changes()
                .model(model.toString())
                .input(images.toString())
                .execution(ExecutionOptions.defaults().on(DeviceChoice.GPU, PrecisionChoice.FP32)));

        assertThat(diagnosis.check(Name.DEVICE).result()).isEqualTo(CheckResult.FAIL);
        assertThat(diagnosis.check(Name.DEVICE).finding())
                .startsWith("--device gpu: TensorFlow cannot use a GPU of this machine: ");
        assertThat(diagnosis.check(Name.GOLDEN).finding()).isEqualTo("needs executors that can run a model");
        assertThat(diagnosis.check(Name.IMAGES).result()).isEqualTo(CheckResult.PASS);
        assertThat(diagnosis.check(Name.STAGES).result()).isEqualTo(CheckResult.SKIPPED);
    }

    @Test
    void viewsAreMeasuredAndCountInABatch() {
        Diagnosis diagnosis = run(new Changes()
                .model(model.toString())
                .input(images.toString())
                .views(Views.FLIP)
                .execution(ExecutionOptions.defaults().withBatchSize(4)));

        assertThat(diagnosis.check(Name.STAGES).result()).isNotEqualTo(CheckResult.FAIL);
        assertThat(diagnosis.measurement()).isNotNull().satisfies(measured -> {
            assertThat(measured.images()).isEqualTo(IMAGES);
            assertThat(measured.batchSize()).isEqualTo(2);
            assertThat(measured.batchFill()).isBetween(0.5, 1.0);
        });
    }

    @Test
    void cropsOfAModelWithoutACropAreAProblemOfTheModel() {
        Diagnosis diagnosis = run(
                new Changes().model(model.toString()).input(images.toString()).views(Views.TEN_CROP));

        assertThat(diagnosis.check(Name.MODEL).result()).isEqualTo(CheckResult.FAIL);
        assertThat(diagnosis.check(Name.MODEL).finding()).contains("--views ten-crop needs a model with a crop");
        assertThat(diagnosis.check(Name.STAGES).result()).isEqualTo(CheckResult.SKIPPED);
    }

    /** Changes to an empty request. */
    private static final class Changes {
        private @Nullable String model;
        private @Nullable String input;
        private @Nullable String output;
        private OptionalInt executors = OptionalInt.empty();
        private OptionalInt sample = OptionalInt.empty();
        private ExecutionOptions execution = ExecutionOptions.defaults();
        private Views views = Views.ONE;

        Changes model(String value) {
            model = value;
            return this;
        }

        Changes input(String value) {
            input = value;
            return this;
        }

        Changes output(String value) {
            output = value;
            return this;
        }

        Changes executors(int value) {
            executors = OptionalInt.of(value);
            return this;
        }

        Changes sample(int value) {
            sample = OptionalInt.of(value);
            return this;
        }

        Changes execution(ExecutionOptions value) {
            execution = value;
            return this;
        }

        Changes views(Views value) {
            views = value;
            return this;
        }

        DoctorRequest request() {
            return new DoctorRequest(
                    Optional.ofNullable(model),
                    null,
                    Optional.ofNullable(input).map(each -> SourceSpec.of(List.of(each))),
                    Optional.ofNullable(output),
                    executors,
                    sample,
                    execution,
                    ImageOptions.defaults().withViews(views));
        }
    }

    private static Diagnosis run(Changes changes) {
        return new DoctorJob(TestSpark.session(), Clock.systemUTC(), LabelProgress.NONE).run(changes.request());
    }

    private static Map<Name, CheckResult> results(Diagnosis diagnosis) {
        return diagnosis.checks().stream().collect(Collectors.toMap(Check::name, Check::result));
    }

    /** Copies a model. Stops Spark, so that no executor has the model's fingerprint in its cache. */
    private Path copy(Path from) throws IOException {
        TestSpark.stop();
        Path to = directory.resolve("damaged");
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.sorted(Comparator.naturalOrder()).toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
        return to;
    }

    private List<String> entries() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.map(Path::toString).sorted().toList();
        }
    }

    private static long bytes(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.mapToLong(file -> {
                        try {
                            return Files.size(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .sum();
        }
    }
}
