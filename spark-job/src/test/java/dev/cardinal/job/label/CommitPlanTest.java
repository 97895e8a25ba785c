package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.ImageRef.Location;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Divides the images that tables need into commits. An image is a letter, which is also its path. */
class CommitPlanTest {

    @ParameterizedTest(name = "{0}, {1} and {2} in commits of {3}")
    @CsvSource(
            delimiter = ';',
            value = {
                "abcd; abcd; ''; 3; [0, 1]=abc / [0, 1]=d",
                "cd; abcd; ''; 3; [1]=ab [0, 1]=c / [0, 1]=d",
                "abcd; cd; cd; 9; [0]=ab [0, 1, 2]=cd",
                "ace; bdf; ''; 4; [0]=ac [1]=bd / [0]=e [1]=f",
                "''; abc; ''; 2; [1]=ab / [1]=c",
                "ab; ''; cd; 9; [0]=ab [2]=cd",
                "''; ''; ''; 9; ''",
            })
    void imageThatSeveralTablesNeedIsInOneCommitWithThem(
            String first, String second, String third, int size, String expected) {
        CommitPlan plan = new CommitPlan(List.of(images(first), images(second), images(third)), () -> size);

        List<String> commits = new ArrayList<>();
        plan.forEachRemaining(commit -> {
            List<String> parts = new ArrayList<>();
            commit.forEach((tables, images) -> parts.add(tables + "="
                    + String.join("", images.stream().map(ImageRef::path).toList())));
            commits.add(String.join(" ", parts));
        });

        assertThat(String.join(" / ", commits)).isEqualTo(expected);
        assertThatThrownBy(plan::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void imagesOfAFileFollowTheirPositionsAndFilesTheBytesOfTheirNames() {
        ImageRef tenth = member("shard", 10, "a");
        ImageRef second = member("shard", 2, "b");
        ImageRef emoji = ImageRef.file("\uD83D\uDE00", 1, 0, null); // after U+FF5E in UTF-8, before it in UTF-16
        ImageRef tilde = ImageRef.file("\uFF5E", 1, 0, null);
        CommitPlan plan = new CommitPlan(
                List.of(
                        List.of(tenth, emoji).iterator(),
                        List.of(second, tenth, tilde, emoji).iterator()),
                () -> 9);

        assertThat(plan.next())
                .containsEntry(List.of(1), List.of(second, tilde))
                .containsEntry(List.of(0, 1), List.of(tenth, emoji))
                .hasSize(2);
    }

    /** The order of the second table is not that of the listing. */
    @Test
    void everyTableGetsItsImagesOnceInAnyOrder() {
        CommitPlan plan = new CommitPlan(List.of(images("abcd"), images("dacb")), () -> 2);

        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        plan.forEachRemaining(commit -> commit.forEach((tables, images) -> images.forEach(image -> {
            if (tables.contains(0)) {
                first.add(image.path());
            }
            if (tables.contains(1)) {
                second.add(image.path());
            }
        })));

        assertThat(first).containsExactly("a", "b", "c", "d");
        assertThat(second).containsExactlyInAnyOrder("a", "b", "c", "d");
    }

    private static Iterator<ImageRef> images(String letters) {
        return Arrays.stream(letters.split("", -1))
                .filter(letter -> !letter.isEmpty())
                .map(letter -> ImageRef.file(letter, 1, 0, null))
                .iterator();
    }

    private static ImageRef member(String file, long position, String path) {
        return new ImageRef(path, new Location(file, ImageContainer.TAR, position), 1, 0, null, null, null);
    }
}
