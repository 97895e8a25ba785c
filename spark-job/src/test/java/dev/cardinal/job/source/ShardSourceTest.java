package dev.cardinal.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardSourceTest {
    @TempDir
    private Path directory;

    @TempDir
    private Path packed;

    @Test
    void archivesAreLookedIntoAndOtherFilesAreImages() throws IOException {
        tar("a.tar", Map.of("x/1.png", "one", "x/1.cls", "cat", ".x", "hidden"));
        tar("b.TGZ", Map.of("2.png", "two!"));
        Files.writeString(directory.resolve("c.png"), "three");

        Found found = find(InputFormat.AUTO, TruthFrom.NONE);

        assertThat(found.images())
                .extracting(
                        image -> image.path().substring(("file:" + directory + "/").length()),
                        image -> image.location().container(),
                        ImageRef::length,
                        ImageRef::key,
                        ImageRef::truth)
                .containsExactly(
                        tuple("a.tar!/x/1.png", ImageContainer.TAR, 3L, "x/1", "cat"),
                        tuple("b.TGZ!/2.png", ImageContainer.COMPRESSED_TAR, 4L, "2", null),
                        tuple("c.png", ImageContainer.FILE, 5L, null, null));
        assertThat(found.skipped()).isEqualTo(1);
    }

    @Test
    void formatThatTheUserNamesIsThatOfEveryFile() throws IOException {
        tar("no-ending", Map.of("1.png", "one"));
        tar("b.tar", Map.of("2.png", "two"));

        assertThat(find(InputFormat.TAR, TruthFrom.NONE).images())
                .extracting(ImageRef::path)
                .containsExactly("file:" + directory + "/b.tar!/2.png", "file:" + directory + "/no-ending!/1.png");
        assertThat(find(InputFormat.FILES, TruthFrom.NONE).images())
                .extracting(ImageRef::path)
                .containsExactly("file:" + directory + "/b.tar", "file:" + directory + "/no-ending");
    }

    @Test
    void truthIsTheDirectoryInTheArchiveOrOfTheArchive() throws IOException {
        Files.createDirectories(directory.resolve("shards"));
        tar(
                "shards/a.tar",
                Map.of("train/cat/1.png", "one", "2.png", "two", "train/dog/3.png", "three", "train/dog/3.cls", "7"));

        assertThat(find(InputFormat.AUTO, TruthFrom.PARENT_DIR).images())
                .extracting(ImageRef::truth)
                .containsExactly("shards", "cat", "7");
    }

    @Test
    void damagedArchiveKeepsWhatLiesBeforeAndIsARowItself() throws IOException {
        Path archive = tar("a.tar", Map.of("1.png", "one", "2.png", "two"));
        byte[] bytes = Files.readAllBytes(archive);
        bytes[1024 + 150] ^= 0x55; // in the checksum of the second header
        Files.write(archive, bytes);

        List<ImageRef> images = find(InputFormat.AUTO, TruthFrom.NONE).images();

        assertThat(images).extracting(ImageRef::path).containsExactly("file:" + archive, "file:" + archive + "!/1.png");
        ImageRef.Problem problem = images.get(0).problem();
        assertThat(problem).isNotNull();
        assertThat(problem.status()).isEqualTo(Status.UNDECODABLE);
        assertThat(problem.error()).startsWith("tar: cannot be read from byte 1024 onward: ");
    }

    private Found find(InputFormat format, TruthFrom truthFrom) throws IOException {
        return Found.in(
                new SourceSpec(List.of(directory.toString()), format, null, truthFrom, FieldNames.usual()),
                new Configuration());
    }

    /** Packs members in order of name, with the system's tar. */
    private Path tar(String name, Map<String, String> members) throws IOException {
        Path content = Files.createDirectory(packed.resolve(name.replace('/', '_')));
        for (Map.Entry<String, String> member : members.entrySet()) {
            Path file = content.resolve(member.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, member.getValue());
        }
        Path archive = directory.resolve(name);
        List<String> command = new ArrayList<>(
                List.of("tar", name.endsWith("GZ") ? "czf" : "cf", archive.toString(), "-C", content.toString()));
        members.keySet().stream().sorted().forEach(command::add);
        assertThat(new ProcessBuilder(command)
                        .inheritIO()
                        .start()
                        .onExit()
                        .join()
                        .exitValue())
                .isZero();
        return archive;
    }
}
