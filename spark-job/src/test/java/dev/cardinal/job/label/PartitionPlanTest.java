package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.ImageRef.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionPlanTest {
    private static final long MIB = 1 << 20;

    @Test
    void noImagesNeedNoTask() {
        assertThat(PartitionPlan.of(List.of(), 4).tasks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "7, 1", "1000, 1", "1000, 8", "1000, 1000", "20000, 64"})
    void everyImageIsInOneTaskInOrderAndNoTaskIsEmpty(int count, int cores) {
        Random random = new Random(count);
        List<ImageRef> images = images(LongStream.range(0, count).map(i -> random.nextInt(500_000)));

        List<List<ImageRef>> tasks = PartitionPlan.of(images, cores).tasks();

        assertThat(tasks).noneMatch(List::isEmpty);
        assertThat(tasks.stream().flatMap(List::stream)).containsExactlyElementsOf(images);
    }

    @Test
    void tasksHaveAboutEqualSizes() {
        Random random = new Random(1);
        List<ImageRef> images = images(LongStream.range(0, 5_000).map(i -> random.nextInt(1_000_000)));

        List<List<ImageRef>> tasks = PartitionPlan.of(images, 8).tasks();

        long total = bytes(images);
        assertThat(tasks).hasSizeBetween(30, 34); // four for each of eight cores
        assertThat(tasks.subList(0, tasks.size() - 1))
                .allSatisfy(task -> assertThat(bytes(task)).isBetween(total / 36, total / 28));
    }

    @Test
    void tasksOfLargeImagesHaveFewerImages() {
        List<ImageRef> images = images(LongStream.concat(
                LongStream.generate(() -> 10 * MIB).limit(20),
                LongStream.generate(() -> 1).limit(20)));

        List<List<ImageRef>> tasks = PartitionPlan.of(images, 2).tasks();

        assertThat(tasks.get(0)).hasSize(3); // an eighth of 201.25 MiB is 25.2 MiB
        assertThat(tasks.get(tasks.size() - 1)).hasSizeGreaterThan(10);
    }

    @Test
    void tasksOfAHugeDatasetHaveALimitedSize() {
        List<ImageRef> images = images(LongStream.generate(() -> MIB).limit(2_000));

        assertThat(PartitionPlan.of(images, 1).tasks())
                .allSatisfy(task -> assertThat(bytes(task)).isLessThanOrEqualTo(129 * MIB));
    }

    @Test
    void fewSmallImagesShareATask() {
        assertThat(PartitionPlan.of(images(LongStream.generate(() -> 1_000).limit(60)), 64)
                        .tasks())
                .hasSize(1);
    }

    @Test
    void manyEmptyFilesAreDistributedToManyTasks() {
        List<List<ImageRef>> tasks = PartitionPlan.of(
                        images(LongStream.generate(() -> 0).limit(100_000)), 4)
                .tasks();

        assertThat(tasks).hasSizeGreaterThanOrEqualTo(16);
    }

    @Test
    void hugeImageHasItsOwnTask() {
        List<ImageRef> images = images(LongStream.of(1L << 40, 1, 1));

        assertThat(PartitionPlan.of(images, 4).tasks()).extracting(List::size).containsExactly(1, 2);
    }

    @Test
    void gzipFileIsReadByTheFirstTaskAndReported() {
        List<ImageRef> images =
                new ArrayList<>(images(LongStream.generate(() -> MIB).limit(40)));
        IntStream.range(0, 100)
                .mapToObj(i -> member("file:/a.tar.gz", ImageContainer.COMPRESSED_TAR, i))
                .forEach(images::add);
        IntStream.range(0, 100)
                .mapToObj(i -> member("file:/b.tar", ImageContainer.TAR, i))
                .forEach(images::add);

        PartitionPlan plan = PartitionPlan.of(images, 2);

        assertThat(plan.unsplit()).containsExactly("file:/a.tar.gz");
        assertThat(plan.tasks().get(0))
                .filteredOn(image -> image.path().startsWith("file:/a.tar.gz"))
                .hasSize(100);
        assertThat(plan.tasks().stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(images);
        assertThat(plan.tasks().subList(1, plan.tasks().size()))
                .allSatisfy(task -> assertThat(bytes(task)).isLessThan(35 * MIB));
    }

    private static ImageRef member(String file, ImageContainer container, int position) {
        return new ImageRef(file + "!/" + position, new Location(file, container, position), MIB, 0, null, null, null);
    }

    private static List<ImageRef> images(LongStream lengths) {
        long[] each = lengths.toArray();
        return IntStream.range(0, each.length)
                .mapToObj(i -> ImageRef.file("file:/" + i, each[i], 0, null))
                .toList();
    }

    private static long bytes(List<ImageRef> images) {
        return images.stream().mapToLong(ImageRef::length).sum();
    }
}
