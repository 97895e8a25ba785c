package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.label.TableFiles.TableFile;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the sizes of commits and files. */
class TableSizesTest {
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({
        "1, 160, 1",
        "500000, 160, 1",
        "500001, 160, 2",
        "5000000, 160, 10",
        "100000, 4000, 3", // logits: 381 MiB
        "100000, 1342, 1", // 128 MiB, and one byte a row more
        "100000, 1343, 2",
        "0, 160, 1"
    })
    void filesAreAsFewAsRowsAndBytesNeed(long rows, long bytesPerRow, int files) {
        assertThat(FileSize.files(rows, bytesPerRow)).isEqualTo(files);
    }

    @Test
    void sizeOfARowIsThatOfTheStoredRows() {
        StructType plain = new StructType().add("path", DataTypes.StringType);
        StructType emitted = plain.add("logits", DataTypes.createArrayType(DataTypes.FloatType));

        assertThat(FileSize.bytesPerRow(List.of(), plain)).isEqualTo(160);
        assertThat(FileSize.bytesPerRow(List.of(entry(999, 10_000_000, 0)), plain))
                .isEqualTo(160);
        assertThat(FileSize.bytesPerRow(List.of(), emitted)).isEqualTo(6_160);
        assertThat(FileSize.bytesPerRow(List.of(entry(600, 90_000, 0), entry(400, 60_000, 0)), emitted))
                .isEqualTo(150);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 8192, 10000", // nothing is known yet
        "100, 60, 8192, 10000", // 1,000 images in ten minutes
        "10000, 100, 8192, 60000",
        "100000, 10, 8192, 2863311", // 6 million images in ten minutes, more than the heap can hold
        "100000, 10, 65536, 5000000",
        "100000, 10, 1, 10000"
    })
    void commitIsTenMinutesOfWork(long images, double seconds, long heapMib, int expected) {
        assertThat(CommitSize.next(images, seconds, heapMib * MIB)).isEqualTo(expected);
    }

    @Test
    void smallFilesAreMergedInTheOrderOfTheirTimes() {
        Map<String, TableFile> files = new TreeMap<>();
        files.put("a", entry(200_000, MIB, 3));
        files.put("b", entry(200_000, MIB, 2));
        files.put("c", entry(200_000, MIB, 1));
        files.put("d", entry(100_000, 2 * MIB, 4));
        files.put("large", entry(250_000, MIB, 1));
        files.put("heavy", entry(1_000, 64 * MIB, 2));
        files.put("heavier", entry(1_000, 63 * MIB, 5));
        files.put("last", entry(1_000, 63 * MIB, 6));
        files.put("alone", entry(1_000, 60 * MIB, 7));

        assertThat(CompactionPlan.of(files))
                .containsExactly(List.of("c", "b"), List.of("a", "d", "heavier"), List.of("last", "alone"));
        assertThat(CompactionPlan.of(Map.of())).isEmpty();
        assertThat(CompactionPlan.of(Map.of("one", entry(1, 1, 1)))).isEmpty();
    }

    @Test
    void tableOfManySmallFilesBecomesFew() {
        Map<String, TableFile> files = IntStream.range(0, 66_000)
                .boxed()
                .collect(Collectors.toMap(i -> "part-" + i, i -> entry(757, 757 * 180, i)));

        List<List<String>> groups = CompactionPlan.of(files);

        assertThat(groups).hasSize(100);
        assertThat(groups.stream().mapToInt(List::size).sum()).isEqualTo(66_000);
    }

    @Test
    void statusThatCannotBeTriedAgainIsRejected() {
        assertThat(new TableOptions(Set.of("unreadable", "too_large"), false, false).retry())
                .hasSize(2);
        assertThatThrownBy(() -> new TableOptions(Set.of("ok"), false, false))
                .hasMessage("--retry 'ok' is not a status that can be retried:"
                        + " empty, too_large, undecodable, unreadable, unsupported");
    }

    private static TableFile entry(long rows, long bytes, long modified) {
        return new TableFile(bytes, modified, Map.of("ok", rows));
    }
}
