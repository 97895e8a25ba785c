package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.ImageRef.Problem;
import dev.cardinal.udf.ReadImages.Outcome;
import dev.cardinal.udf.image.Status;
import dev.cardinal.udf.store.Retry;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadImagesTest {
    @TempDir
    private Path directory;

    @AfterEach
    void heal() {
        FailingFileSystem.FAILURES.clear();
    }

    @Test
    void everyImageHasAnOutcome() throws IOException {
        Files.write(directory.resolve("good.png"), Pictures.png(40, 30, 1));
        Files.writeString(directory.resolve("notes.txt"), "hello");
        Files.createFile(directory.resolve("empty.png"));
        ImageRef damaged = ImageRef.problem("file:/a.tar", 1, 0, new Problem(Status.UNDECODABLE, "no header"));

        List<Outcome> outcomes =
                read(List.of(ref("good.png"), ref("notes.txt"), ref("empty.png"), ref("gone.png"), damaged));

        assertThat(outcomes)
                .extracting(Outcome::status)
                .containsExactly(Status.OK, Status.UNSUPPORTED, Status.EMPTY, Status.UNREADABLE, Status.UNDECODABLE);
        assertThat(outcomes).filteredOn(outcome -> outcome.error() == null).hasSize(1);
        assertThat(outcomes.get(4).error()).isEqualTo("no header");
    }

    @Test
    void storeThatFailsEndsTheReading() throws IOException {
        Files.write(directory.resolve("good.png"), Pictures.png(40, 30, 1));
        FailingFileSystem.FAILURES.add(new SocketTimeoutException("no answer"));

        List<Outcome> outcomes = read(List.of(
                ImageRef.file("failing:" + directory + "/good.png", 1, 0, null),
                ImageRef.file("failing:" + directory + "/good.png", 1, 0, null)));

        assertThat(outcomes).singleElement().satisfies(outcome -> {
            assertThat(outcome.status()).isNull();
            assertThat(outcome.error()).contains("failed 1 times", "no answer");
        });
    }

    private ImageRef ref(String name) {
        return ImageRef.file("file:" + directory.resolve(name), 1, 0, null);
    }

    private static List<Outcome> read(List<ImageRef> images) {
        Configuration configuration = FailingFileSystem.configuration();
        configuration.setInt(Retry.TRIES, 1);
        return LocalSpark.context()
                .parallelize(images, 1)
                .mapPartitions(new ReadImages(
                        DemoModel.card().preprocessing(),
                        LabelOptions.defaults(),
                        LocalSpark.context().broadcast(new SerializableConfiguration(configuration))))
                .collect();
    }
}
