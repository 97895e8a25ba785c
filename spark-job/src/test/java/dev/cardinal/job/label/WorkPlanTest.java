package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.TestSpark;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.ImageListing;
import dev.cardinal.job.source.ImageSource;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.SimulatedFileSystem;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests plans of a simulated listing of 40 directories with 50 files each. */
class WorkPlanTest {
    private static final int FILES = 2_000;
    private static final long LENGTH = 100_000;
    private static final long MODIFIED = 1_700_000_000_000L;

    @TempDir
    private Path scratch;

    /** The driver holds few images of a usual listing, and none of a listing of files. */
    @ParameterizedTest
    @EnumSource(names = {"AUTO", "FILES"})
    void everyImageIsInOneGroupInOrder(InputFormat format) throws IOException {
        try (ImageListing found = find(format)) {
            assertThat(found.fewImages().isPresent()).isEqualTo(format == InputFormat.AUTO);
            WorkPlan plan = WorkPlan.of(found, Optional.empty(), TableOptions.KEEP, Long.MAX_VALUE);

            assertThat(plan.counts()).isEqualTo(new WorkPlan.PlanCounts(FILES, 0, 0, 0, FILES, 0));
            List<List<ImageRef>> groups = groups(plan, 300);
            assertThat(groups).extracting(List::size).containsExactly(300, 300, 300, 300, 300, 300, 200);
            assertThat(paths(groups)).isEqualTo(all());
        }
    }

    @Test
    void storedPlanIsTheSameAndDoesNotNeedTheListing() throws IOException {
        WorkPlan plan;
        Iterator<List<ImageRef>> rest;
        List<List<ImageRef>> groups = new ArrayList<>();
        try (ImageListing found = find()) {
            plan = WorkPlan.of(
                    found, Optional.of(table(all().subList(0, 700), LENGTH)), TableOptions.KEEP, Long.MAX_VALUE, 100);
            rest = groups(plan.added(scratch()), 300);
            groups.add(rest.next());
        }
        long listed = SimulatedFileSystem.directoriesListed();
        rest.forEachRemaining(groups::add);

        assertThat(paths(groups)).isEqualTo(all().subList(700, FILES));
        assertThat(SimulatedFileSystem.directoriesListed()).isEqualTo(listed);
        assertThat(scratch).isNotEmptyDirectory();
        assertThatThrownBy(plan::images).hasMessage("1300 images are too many for one list");
    }

    @Test
    void imagesOfTheTableAreRemovedAndChangedOnesCounted() throws IOException {
        List<String> labeled = new ArrayList<>(all().subList(0, 10));
        labeled.add("sim://40x50/no/longer/there.jpg");
        Dataset<Row> table = table(labeled, LENGTH).union(table(all().subList(10, 14), LENGTH - 1));
        try (ImageListing found = find()) {
            WorkPlan plan = WorkPlan.of(found, Optional.of(table), TableOptions.KEEP, Long.MAX_VALUE);

            assertThat(plan.counts()).isEqualTo(new WorkPlan.PlanCounts(FILES, 14, 4, 0, FILES - 14, 0));
            assertThat(paths(groups(plan, FILES))).isEqualTo(all().subList(14, FILES));
        }
    }

    @Test
    void rowsOfAStatusAndOfChangedFilesAreRepeated() throws IOException {
        Dataset<Row> table = table(all().subList(0, 10), LENGTH).union(table(all().subList(11, 14), LENGTH - 1));
        try (ImageListing found = find()) {
            for (int onDriver : new int[] {1, 10_000}) {
                assertThat(repeated(
                                found, table, new TableOptions(Set.of("unreadable"), false, false), 9_999, onDriver))
                        .containsExactly(all().get(0), all().get(5));
                assertThat(repeated(found, table, new TableOptions(Set.of(), true, false), 9_999, onDriver))
                        .isEqualTo(all().subList(11, 14));
                assertThat(repeated(
                                found,
                                table,
                                new TableOptions(Set.of("unreadable"), true, false),
                                FILES - 13 + 3,
                                onDriver))
                        .as("new images come first")
                        .containsExactly(all().get(0), all().get(5), all().get(11));
                assertThat(repeated(found, table, new TableOptions(Set.of("empty"), false, false), 9_999, onDriver))
                        .isEmpty();
            }
        }
    }

    private List<String> repeated(
            ImageListing found, Dataset<Row> table, TableOptions options, long limit, int onDriver) throws IOException {
        WorkPlan plan = WorkPlan.of(found, Optional.of(table), options, limit, onDriver);
        List<List<ImageRef>> groups = new ArrayList<>();
        groups(plan.repeated(scratch()), 2).forEachRemaining(groups::add);
        assertThat(groups).allMatch(group -> group.size() <= 2);
        assertThat(plan.counts().repeated()).isEqualTo(paths(groups).size());
        assertThat(plan.counts().added()).isEqualTo(Math.min(limit, FILES - 13));
        return paths(groups);
    }

    @Test
    void limitKeepsTheFirstOfFewImages() throws IOException {
        try (ImageListing found = find()) {
            WorkPlan plan = WorkPlan.of(found, Optional.empty(), TableOptions.KEEP, 150);

            assertThat(plan.counts()).isEqualTo(new WorkPlan.PlanCounts(FILES, 0, 0, 0, 150, 0));
            assertThat(plan.images()).extracting(ImageRef::path).isEqualTo(all().subList(0, 150));
        }
    }

    @Test
    void limitKeepsTheFirstImages() throws IOException {
        try (ImageListing found = find()) {
            for (int onDriver : new int[] {100, 10_000}) {
                WorkPlan plan = WorkPlan.of(
                        found, Optional.of(table(all().subList(0, 5), LENGTH)), TableOptions.KEEP, 150, onDriver);

                assertThat(plan.counts().remaining()).isEqualTo(150);
                assertThat(paths(groups(plan, 100))).isEqualTo(all().subList(5, 155));
            }
        }
    }

    private static ImageListing find() throws IOException {
        return find(InputFormat.AUTO);
    }

    private static ImageListing find(InputFormat format) throws IOException {
        Configuration configuration = new Configuration();
        configuration.set(SimulatedFileSystem.CONFIGURATION_KEY, SimulatedFileSystem.class.getName());
        return new ImageSource(
                        new SourceSpec(List.of("sim://40x50/"), format, null, TruthFrom.NONE, FieldNames.usual()),
                        configuration)
                .find(
                        TestSpark.session(),
                        RecordFields.usual(),
                        TestSpark.context().broadcast(new SerializableConfiguration(configuration)));
    }

    private List<List<ImageRef>> groups(WorkPlan plan, int size) throws IOException {
        List<List<ImageRef>> groups = new ArrayList<>();
        groups(plan.added(scratch()), size).forEachRemaining(groups::add);
        return groups;
    }

    private org.apache.hadoop.fs.Path scratch() {
        return new org.apache.hadoop.fs.Path(scratch + "/" + UUID.randomUUID());
    }

    /** Divides the images of a single table into commits. */
    private static Iterator<List<ImageRef>> groups(Iterator<ImageRef> images, int size) {
        CommitPlan commits = new CommitPlan(List.of(images), () -> size);
        return Stream.generate(() -> commits)
                .takeWhile(Iterator::hasNext)
                .map(plan -> plan.next().get(List.of(0)))
                .iterator();
    }

    private static List<String> paths(List<List<ImageRef>> groups) {
        return groups.stream().flatMap(List::stream).map(ImageRef::path).toList();
    }

    private static List<String> all() {
        return IntStream.range(0, FILES)
                .mapToObj(i -> String.format(Locale.ROOT, "sim://40x50/d%06d/image-%08d.jpg", i / 50, i % 50))
                .toList();
    }

    /** Returns the status of every fifth image of the first directory as not ok. */
    private static String status(String path) {
        return path.matches(".*/d000000/image-000000[0-9][05].jpg") ? "unreadable" : "ok";
    }

    private static Dataset<Row> table(List<String> paths, long length) {
        StructType schema = new StructType()
                .add("path", DataTypes.StringType)
                .add("length", DataTypes.LongType)
                .add("modified", DataTypes.TimestampType)
                .add("status", DataTypes.StringType);
        return TestSpark.session()
                .createDataFrame(
                        paths.stream()
                                .map(path -> RowFactory.create(path, length, new Timestamp(MODIFIED), status(path)))
                                .toList(),
                        schema);
    }
}
