package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.LocalSpark;
import dev.cardinal.job.source.FoundImages;
import dev.cardinal.job.source.ImageSource;
import dev.cardinal.job.source.SimulatedFileSystem;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.RecordFields;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans over a simulated listing of 40 directories of 50 files each. */
class WorkPlanTest {
    private static final int FILES = 2_000;
    private static final long LENGTH = 100_000;
    private static final long MODIFIED = 1_700_000_000_000L;

    @TempDir
    private Path scratch;

    @Test
    void everyImageIsInOneGroupInOrder() throws IOException {
        try (FoundImages found = find()) {
            WorkPlan plan = WorkPlan.of(found, Optional.empty(), Long.MAX_VALUE);

            assertThat(plan.counts()).isEqualTo(new WorkPlan.Counts(FILES, 0, 0, 0, FILES));
            List<List<ImageRef>> groups = groups(plan, 300);
            assertThat(groups).extracting(List::size).containsExactly(300, 300, 300, 300, 300, 300, 200);
            assertThat(paths(groups)).isEqualTo(all());
        }
    }

    @Test
    void planThatTheDriverShouldNotHoldIsTheSameAndOutlivesWhatItWasMadeOf() throws IOException {
        WorkPlan plan;
        Iterator<List<ImageRef>> rest;
        List<List<ImageRef>> groups = new ArrayList<>();
        try (FoundImages found = find()) {
            plan = WorkPlan.of(found, Optional.of(table(all().subList(0, 700), LENGTH)), Long.MAX_VALUE, 100);
            rest = plan.commits(300, new org.apache.hadoop.fs.Path(scratch.toString()));
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
    void whatTheTableHoldsIsLeftOutAndCountedAndWhatHasChangedSinceToo() throws IOException {
        List<String> labelled = new ArrayList<>(all().subList(0, 10));
        labelled.add("sim://40x50/no/longer/there.jpg");
        Dataset<Row> table = table(labelled, LENGTH).union(table(all().subList(10, 14), LENGTH - 1));
        try (FoundImages found = find()) {
            WorkPlan plan = WorkPlan.of(found, Optional.of(table), Long.MAX_VALUE);

            assertThat(plan.counts()).isEqualTo(new WorkPlan.Counts(FILES, 14, 4, 0, FILES - 14));
            assertThat(paths(groups(plan, FILES))).isEqualTo(all().subList(14, FILES));
        }
    }

    @Test
    void limitTakesTheFirst() throws IOException {
        try (FoundImages found = find()) {
            for (int onDriver : new int[] {100, 10_000}) {
                WorkPlan plan = WorkPlan.of(found, Optional.of(table(all().subList(0, 5), LENGTH)), 150, onDriver);

                assertThat(plan.counts().remaining()).isEqualTo(150);
                assertThat(paths(groups(plan, 100))).isEqualTo(all().subList(5, 155));
            }
        }
    }

    private static FoundImages find() throws IOException {
        Configuration configuration = new Configuration();
        configuration.set(SimulatedFileSystem.CONFIGURATION_KEY, SimulatedFileSystem.class.getName());
        return new ImageSource(SourceSpec.of(List.of("sim://40x50/")), configuration)
                .find(
                        LocalSpark.session(),
                        RecordFields.usual(),
                        LocalSpark.context().broadcast(new SerializableConfiguration(configuration)));
    }

    private List<List<ImageRef>> groups(WorkPlan plan, int size) throws IOException {
        List<List<ImageRef>> groups = new ArrayList<>();
        plan.commits(size, new org.apache.hadoop.fs.Path(scratch.toString())).forEachRemaining(groups::add);
        return groups;
    }

    private static List<String> paths(List<List<ImageRef>> groups) {
        return groups.stream().flatMap(List::stream).map(ImageRef::path).toList();
    }

    private static List<String> all() {
        return IntStream.range(0, FILES)
                .mapToObj(i -> "sim://40x50/d%06d/image-%08d.jpg".formatted(i / 50, i % 50))
                .toList();
    }

    private static Dataset<Row> table(List<String> paths, long length) {
        StructType schema = new StructType()
                .add("path", DataTypes.StringType)
                .add("length", DataTypes.LongType)
                .add("modified", DataTypes.TimestampType);
        return LocalSpark.session()
                .createDataFrame(
                        paths.stream()
                                .map(path -> RowFactory.create(path, length, new Timestamp(MODIFIED)))
                                .toList(),
                        schema);
    }
}
