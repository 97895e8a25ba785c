package dev.cardinal.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSourceTest {
    private final Configuration configuration = new Configuration();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain.png",
                "_MG_1234.JPG",
                "with space.png",
                "hundred%20percent.png",
                "größe 日本.png",
                "star*.png",
                "[set]{a,b}?.png",
                "12:30.png",
                "hash#1&plus+2.png",
                "no extension",
                "_folder/_deeper/a b.png"
            })
    void everyFileIsAnImageWhateverItsName(String name) throws IOException {
        file(name);

        assertThat(paths(list(directory.toString()))).containsExactly("file:" + directory + "/" + name);
        assertThat(paths(list(directory + "/" + name))).containsExactly("file:" + directory + "/" + name);
    }

    @Test
    void imageKnowsLengthAndModificationTime() throws IOException {
        Path file = Files.write(directory.resolve("a.png"), new byte[123]);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L));

        assertThat(list(directory.toString()).images())
                .containsExactly(ImageRef.file("file:" + file, 123, 1_700_000_000_000L, null));
    }

    @Test
    void linksThatLeadBackAreFollowedOnce() throws IOException {
        file("a.png");
        file("sub/b.png");
        Files.createSymbolicLink(directory.resolve("back"), directory);
        Files.createSymbolicLink(directory.resolve("sub/up"), directory);
        Files.createSymbolicLink(directory.resolve("broken"), directory.resolve("gone"));

        Found listing = list(directory.toString());

        assertThat(names(listing)).containsExactly("a.png", "b.png");
        assertThat(listing.skipped()).isEqualTo(3);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void deviceIsNoImage() throws IOException {
        file("a.png");
        Files.createSymbolicLink(directory.resolve("endless.png"), Path.of("/dev/zero"));

        Found listing = list(directory.toString());

        assertThat(names(listing)).containsExactly("a.png");
        assertThat(listing.skipped()).isEqualTo(1);
    }

    @Test
    void namesThatBeginWithADotAreSkippedAndCounted() throws IOException {
        file("a.png");
        file(".DS_Store");
        file("sub/._a.png");
        file(".cache/one.png");
        file(".cache/two.png");

        Found listing = list(directory.toString());

        assertThat(names(listing)).containsExactly("a.png");
        assertThat(listing.skipped()).as("a directory counts once").isEqualTo(3);
    }

    @Test
    void globSkipsAndCountsNamesThatBeginWithADot() throws IOException {
        file("a.png");
        file(".hidden.png");
        file(".cache/one.png");
        file("sub/b.png");

        assertThat(names(list(directory + "/*"))).containsExactly("a.png", "b.png");
        assertThat(list(directory + "/*").skipped()).isEqualTo(2);
        assertThat(names(list(directory + "/*/*.png"))).containsExactly("b.png");
    }

    @Test
    void nameThatBeginsWithADotIsTakenWhereItIsAskedFor() throws IOException {
        file(".hidden/a.png");
        file(".b.png");

        assertThat(names(list(directory + "/.hidden"))).containsExactly("a.png");
        assertThat(names(list(directory + "/.b.png"))).containsExactly(".b.png");
        assertThat(names(list(directory + "/.*.png"))).containsExactly(".b.png");
    }

    @Test
    void pathThatExistsIsNotReadAsAGlob() throws IOException {
        file("a*/star.png");
        file("ab/other.png");

        assertThat(names(list(directory + "/a*"))).containsExactly("star.png");
    }

    @Test
    void pathThatDoesNotExistIsReadAsAGlob() throws IOException {
        file("cat/1.png");
        file("cow/2.png");
        file("dog/3.png");
        file("cat/4.txt");

        assertThat(names(list(directory + "/c*"))).containsExactly("1.png", "4.txt", "2.png");
        assertThat(names(list(directory + "/{cat,dog}/*.png"))).containsExactly("1.png", "3.png");
    }

    @ParameterizedTest
    @CsvSource({
        "*.png, 1.png 3.png",
        "'*.{png,txt}', 1.png 4.txt 3.png",
        "1*, 1.png",
        "cat/*.png, 1.png",
        "*/*.png, 1.png",
        "**/*.png, 1.png 3.png",
        "deep/**, 3.png",
        "*.gif, ''"
    })
    void includeMatchesTheNameOrWithASlashThePathBelowTheInput(String include, String expected) throws IOException {
        file("cat/1.png");
        file("dog/2.jpg");
        file("deep/er/3.png");
        file("cat/4.txt");

        assertThat(String.join(" ", names(list(TruthFrom.NONE, include, directory.toString()))))
                .isEqualTo(expected);
    }

    @Test
    void includeThatIsNoGlobIsRefused() {
        assertThatThrownBy(() -> new ImageSource(
                                new SourceSpec(
                                        List.of("/"), InputFormat.FILES, "[a", TruthFrom.NONE, FieldNames.usual()),
                                configuration)
                        .requireGlob())
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("--include [a is not a valid glob");
    }

    @Test
    void missingInputIsNamed() {
        String missing = directory + "/nowhere";

        assertThatThrownBy(() -> list(directory.toString(), missing))
                .isInstanceOf(CardinalException.class)
                .hasMessage("input " + missing + " does not exist, and matches no file as a glob");
        assertThatThrownBy(() -> list(directory + "/*.png"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("matches no file as a glob");
    }

    @ParameterizedTest
    @CsvSource({"gopher://host/images, gopher", "'', input '' is not a valid path"})
    void inputThatIsNoPathIsNamed(String input, String complaint) {
        assertThatThrownBy(() -> list(input))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void emptyDirectoryHasNoImages() throws IOException {
        assertThat(list(directory.toString())).isEqualTo(new Found(List.of(), 0, List.of()));
    }

    @Test
    void fileInSeveralInputsIsOneImage() throws IOException {
        Path file = file("sub/a.png");
        String dotted = directory + "/sub/../sub";

        Found listing = list(
                directory.toString(),
                directory + "/sub/",
                dotted,
                file.toString(),
                file.toUri().toString());

        assertThat(paths(listing)).containsExactly("file:" + file);
    }

    @Test
    void imagesAreInOrderOfPath() throws IOException {
        file("b/2.png");
        file("a.png");
        file("b/10.png");
        file("c.png");

        assertThat(names(list(directory + "/c.png", directory.toString())))
                .containsExactly("a.png", "10.png", "2.png", "c.png");
    }

    @Test
    void truthIsTheNameOfTheDirectory() throws IOException {
        file("T-shirt %20 top/a.png");
        file("nested/n02084071/b.png");

        assertThat(list(TruthFrom.PARENT_DIR, null, directory.toString()).images())
                .extracting(ImageRef::truth)
                .containsExactly("T-shirt %20 top", "n02084071");
        assertThat(list(TruthFrom.NONE, null, directory.toString()).images())
                .extracting(ImageRef::truth)
                .containsOnlyNulls();
    }

    private Path file(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }

    private Found list(String... inputs) throws IOException {
        return list(TruthFrom.NONE, null, inputs);
    }

    private Found list(TruthFrom truthFrom, @Nullable String include, String... inputs) throws IOException {
        SourceSpec spec =
                new SourceSpec(Arrays.asList(inputs), InputFormat.FILES, include, truthFrom, FieldNames.usual());
        return Found.in(spec, configuration);
    }

    private static List<String> paths(Found listing) {
        return listing.images().stream().map(ImageRef::path).toList();
    }

    private static List<String> names(Found listing) {
        return paths(listing).stream()
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .toList();
    }
}
