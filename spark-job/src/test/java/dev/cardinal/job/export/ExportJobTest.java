package dev.cardinal.job.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.export.ExportOptions.ExportBalance;
import dev.cardinal.job.export.ExportOptions.Reencoding;
import dev.cardinal.job.export.ExportOptions.Samples;
import dev.cardinal.job.export.ExportOptions.SamplesPerImage;
import dev.cardinal.job.export.ExportOptions.ShardSize;
import dev.cardinal.job.export.ExportOptions.SoftLabels;
import dev.cardinal.job.export.ExportOptions.SourceReading;
import dev.cardinal.zoo.CardinalException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports small selections and reads the shards back. */
class ExportJobTest {
    private static final Samples USUAL = new Samples(SoftLabels.NONE, 1, SamplesPerImage.ONCE, ExportBalance.NONE);
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path directory;

    private SelectionFiles files = new SelectionFiles(Path.of("unset"));

    /** A sample of a tar shard: its image and its fields. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes, never compared
    private record Read(String shard, String key, byte[] image, JsonNode json, int classIndex) {}

    @BeforeEach
    void makeFiles() {
        files = new SelectionFiles(directory);
    }

    /** Selects 30 images in files for class 0, 12 for class 1 and 5 for class 2. */
    private String selectionOfFiles() throws IOException {
        int number = 0;
        for (int c = 0; c < 3; c++) {
            for (int rank = 1; rank <= List.of(30, 12, 5).get(c); rank++) {
                byte[] image = SelectionFiles.image(number, 8, 6);
                files.select(files.file("images/" + number + ".png", image), image, c, rank, 1.0 / rank);
                number++;
            }
        }
        return files.write("none");
    }

    private ExportResult export(String selection, String output, ExportOptions options) throws IOException {
        return new ExportJob(TestSpark.session())
                .run(new ExportRequest(
                        selection, Optional.empty(), directory.resolve(output).toString(), options));
    }

    private static ExportOptions options(long seed, int shardSamples, double holdout, Samples samples) {
        return new ExportOptions(
                ExportFormat.WEBDATASET,
                samples,
                SourceReading.usual(),
                Optional.empty(),
                new ShardSize(1 << 20, shardSamples),
                seed,
                holdout,
                1);
    }

    private List<Read> read(String output) throws IOException {
        List<Path> shards;
        try (Stream<Path> all = Files.walk(directory.resolve(output))) {
            shards = all.filter(each -> each.toString().endsWith(".tar"))
                    .sorted()
                    .toList();
        }
        List<Read> samples = new ArrayList<>();
        for (Path shard : shards) {
            Map<String, Map<String, byte[]>> members = new java.util.LinkedHashMap<>();
            try (TarArchiveInputStream in = new TarArchiveInputStream(Files.newInputStream(shard))) {
                for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                    int dot = entry.getName().indexOf('.');
                    members.computeIfAbsent(entry.getName().substring(0, dot), key -> new TreeMap<>())
                            .put(entry.getName().substring(dot + 1), in.readAllBytes());
                }
            }
            for (Map.Entry<String, Map<String, byte[]>> each : members.entrySet()) {
                Map<String, byte[]> of = each.getValue();
                byte[] image = of.containsKey("png") ? of.get("png") : of.get("jpg");
                samples.add(new Read(
                        shard.getFileName().toString(),
                        each.getKey(),
                        java.util.Objects.requireNonNull(image),
                        JSON.readTree(of.get("json")),
                        Integer.parseInt(new String(
                                java.util.Objects.requireNonNull(of.get("cls")),
                                java.nio.charset.StandardCharsets.US_ASCII))));
            }
        }
        return samples;
    }

    private static String text(Read sample) {
        return sample.classIndex() + " " + sample.json().path("path").asText() + " "
                + SelectionFiles.sha256(sample.image());
    }

    @Test
    void samplesAreTheSelectionAndEveryShardHasAllClasses() throws IOException {
        String selection = selectionOfFiles();

        ExportResult result = export(selection, "out", options(1, 10, 0, USUAL));

        List<Read> samples = read("out");
        assertThat(result.samples()).isEqualTo(47);
        assertThat(result.shards()).isEqualTo(5);
        List<String> expected = TestSpark.session().read().parquet(selection + "/selection").collectAsList().stream()
                .map(row -> row.<Integer>getAs("class_index") + " " + row.getAs("path") + " " + row.getAs("sha256"))
                .toList();
        assertThat(samples.stream().map(ExportJobTest::text)).containsExactlyInAnyOrderElementsOf(expected);
        Map<String, Map<Integer, Long>> perShard = samples.stream()
                .collect(Collectors.groupingBy(
                        Read::shard, Collectors.groupingBy(Read::classIndex, TreeMap::new, Collectors.counting())));
        assertThat(perShard.values()).hasSize(5).allSatisfy(classes -> {
            assertThat(classes).containsOnlyKeys(0, 1, 2).containsEntry(0, 6L).containsEntry(2, 1L);
        });
    }

    @Test
    void sameSeedGivesEqualShardsAndAnotherSeedAnotherOrder() throws IOException {
        String selection = selectionOfFiles();

        export(selection, "one", options(1, 10, 0.2, USUAL));
        export(selection, "same", options(1, 10, 0.2, USUAL));
        export(selection, "other", options(2, 10, 0.2, USUAL));

        assertThat(manifest("same").path("splits")).isEqualTo(manifest("one").path("splits"));
        List<String> one = read("one").stream().map(ExportJobTest::text).toList();
        List<String> other = read("other").stream().map(ExportJobTest::text).toList();
        assertThat(other).isNotEqualTo(one).containsExactlyInAnyOrderElementsOf(one);
        assertThat(manifest("other").path("splits").path(1).path("samples"))
                .isEqualTo(manifest("one").path("splits").path(1).path("samples"));
    }

    private JsonNode manifest(String output) throws IOException {
        return JSON.readTree(directory.resolve(output).resolve("manifest.json").toFile());
    }

    @Test
    void manifestHasTheDigestOfEveryShard() throws IOException {
        export(selectionOfFiles(), "out", options(1, 10, 0.2, USUAL));

        List<String> names = new ArrayList<>();
        for (JsonNode split : manifest("out").path("splits")) {
            names.add(split.path("name").asText());
            for (JsonNode shard : split.path("shards")) {
                byte[] bytes = Files.readAllBytes(
                        directory.resolve("out").resolve(shard.path("file").asText()));
                assertThat(shard.path("sha256").asText()).isEqualTo(SelectionFiles.sha256(bytes));
                assertThat(shard.path("bytes").asLong()).isEqualTo(bytes.length);
            }
        }
        assertThat(names).containsExactly("train", "holdout");
    }

    @Test
    void imagesInArchivesAndTablesAreFound() throws IOException {
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            images.add(SelectionFiles.image(100 + i, 7, 7));
        }
        List<String> paths = new ArrayList<>();
        paths.addAll(files.archive("plain.tar", images));
        paths.addAll(files.archive("packed.tar.gz", images));
        paths.addAll(files.archive("members.zip", images));
        paths.addAll(files.parquet("table", images));
        paths.add(files.file("odd!/name.png", images.get(0)));
        for (int i = 0; i < paths.size(); i++) {
            files.select(paths.get(i), images.get(i % 5), i % 3, 1 + i, 0.5);
        }

        ExportResult result = export(files.write("none"), "out", options(1, 8, 0, USUAL));

        assertThat(result.missing()).isZero();
        assertThat(read("out").stream().map(each -> each.json().path("path").asText()))
                .containsExactlyInAnyOrderElementsOf(paths);
        assertThat(directory.resolve("out/_cardinal/work")).doesNotExist();
    }

    @Test
    void imageOfSeveralClassesIsOneSampleOrOneForEachClass() throws IOException {
        byte[] image = SelectionFiles.image(1, 4, 4);
        String path = files.file("both.png", image);
        files.select(path, image, 2, 1, 0.9);
        files.select(path, image, 0, 7, 0.1);
        String selection = files.write("none");

        export(selection, "once", options(0, 10, 0, USUAL));
        export(
                selection,
                "each",
                options(0, 10, 0, new Samples(SoftLabels.NONE, 1, SamplesPerImage.EVERY_CLASS, ExportBalance.NONE)));

        List<Read> once = read("once");
        assertThat(once).hasSize(1);
        assertThat(once.get(0).classIndex()).isEqualTo(2);
        assertThat(once.get(0).json().path("classes").findValuesAsText("class_index"))
                .containsExactly("2", "0");
        assertThat(read("each").stream().map(Read::classIndex)).containsExactlyInAnyOrder(0, 2);
    }

    @Test
    void shortClassesAreRepeatedUpToTheLargest() throws IOException {
        String selection = selectionOfFiles();

        export(
                selection,
                "out",
                options(0, 10, 0, new Samples(SoftLabels.NONE, 1, SamplesPerImage.ONCE, ExportBalance.REPEAT)));

        List<Read> samples = read("out");
        assertThat(samples.stream().collect(Collectors.groupingBy(Read::classIndex, Collectors.counting())))
                .isEqualTo(Map.of(0, 30L, 1, 30L, 2, 30L));
        assertThat(samples.stream()
                        .filter(each -> each.classIndex() == 1)
                        .collect(Collectors.groupingBy(ExportJobTest::text, Collectors.counting()))
                        .values())
                .hasSize(12)
                .allMatch(count -> count == 2 || count == 3);
        assertThat(samples.stream().map(Read::key)).doesNotHaveDuplicates();
    }

    @Test
    void missingAndChangedImagesAreListed() throws IOException {
        String selection = selectionOfFiles();
        Files.delete(directory.resolve("images/3.png"));
        Files.write(directory.resolve("images/35.png"), SelectionFiles.image(999, 8, 6));

        ExportResult result = export(
                selection,
                "out",
                new ExportOptions(
                        ExportFormat.WEBDATASET,
                        USUAL,
                        SourceReading.usual(),
                        Optional.empty(),
                        new ShardSize(1 << 20, 10),
                        1,
                        0,
                        0.02));

        assertThat(result.missing()).isEqualTo(2);
        assertThat(result.samples()).isEqualTo(45);
        assertThat(result.gateExceeded()).isTrue();
        assertThat(Files.readAllLines(directory.resolve("out/missing.jsonl")))
                .hasSize(2)
                .anyMatch(line -> line.contains("3.png") && line.contains("not found"))
                .anyMatch(line -> line.contains("35.png") && line.contains("its bytes are others"));
    }

    @Test
    void rerunKeepsCompleteShardsAndWritesTheOthersAsTheyWere() throws IOException {
        String selection = selectionOfFiles();
        ExportOptions options = options(1, 10, 0, USUAL);
        export(selection, "out", options);
        JsonNode before = manifest("out");
        Path out = directory.resolve("out");
        Files.delete(out.resolve("train/train-00002.tar"));
        Files.delete(out.resolve("_cardinal/shards/train-00004.json"));
        Files.delete(out.resolve("manifest.json"));

        ExportResult result = export(selection, "out", options);

        assertThat(result.reused()).isEqualTo(3);
        assertThat(manifest("out")).isEqualTo(before);
        assertThat(export(selection, "out", options).reused()).isEqualTo(5);
    }

    @Test
    void rerunWithOtherParametersIsRejected() throws IOException {
        String selection = selectionOfFiles();
        export(selection, "out", options(1, 10, 0, USUAL));

        assertThatThrownBy(() -> export(selection, "out", options(2, 10, 0, USUAL)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("holds an export with other parameters: --seed was '1' and is '2'");
    }

    @Test
    void parametersCanChangeUntilShardsArePlanned() throws IOException {
        String selection = selectionOfFiles();
        Path out = directory.resolve("out");
        export(selection, "out", options(1, 10, 0, USUAL));
        for (String written : List.of("train", "_cardinal/plan.json", "_cardinal/shards")) {
            FileUtils.forceDelete(out.resolve(written).toFile());
        }

        export(selection, "out", options(2, 10, 0, USUAL));

        assertThat(manifest("out").path("parameters").path("--seed").asText()).isEqualTo("2");
    }

    @Test
    void temporaryFilesOfARunThatDiedAtItsEndDoNotStopTheNext() throws IOException {
        String selection = selectionOfFiles();
        ExportOptions options = options(1, 10, 0, USUAL);
        export(selection, "out", options);
        Path out = directory.resolve("out");
        Files.move(out.resolve("manifest.json"), out.resolve(".manifest.json.arriving"));
        Files.move(out.resolve("classes.txt"), out.resolve(".classes.txt.arriving"));

        assertThat(export(selection, "out", options).reused()).isEqualTo(5);
    }

    @Test
    void largerImagesAreResizedAndSmallerOnesKeepTheirBytes() throws IOException {
        byte[] large = SelectionFiles.image(1, 80, 40);
        byte[] small = SelectionFiles.image(2, 20, 90);
        files.select(files.file("large.png", large), large, 0, 1, 0.5);
        files.select(files.file("small.png", small), small, 1, 1, 0.5);

        export(
                files.write("none"),
                "out",
                new ExportOptions(
                        ExportFormat.WEBDATASET,
                        USUAL,
                        SourceReading.usual(),
                        Optional.of(new Reencoding(20, 90)),
                        ShardSize.USUAL,
                        0,
                        0,
                        1));

        Map<Integer, byte[]> images = read("out").stream().collect(Collectors.toMap(Read::classIndex, Read::image));
        BufferedImage resized = ImageIO.read(new ByteArrayInputStream(images.get(0)));
        assertThat(resized.getWidth()).isEqualTo(40);
        assertThat(resized.getHeight()).isEqualTo(20);
        assertThat(images.get(1)).isEqualTo(small);
    }

    @Test
    void directoryThatIsNotASelectionIsRejected() {
        assertThatThrownBy(() -> export(directory.toString(), "out", options(1, 10, 0, USUAL)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is not a finished selection: it has no run.json of 'select'");
    }

    @Test
    void numPyHeaderIsPaddedTo64Bytes() {
        assertThat(IntStream.range(0, WebDatasetWriter.npy(new float[3]).length).count() % 64)
                .isEqualTo(12);
    }
}
