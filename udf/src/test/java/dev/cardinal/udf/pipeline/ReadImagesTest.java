package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.FailingFileSystem;
import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.Pictures;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.ImageRef.Problem;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.image.Status;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.pipeline.ReadImages.ReadOutcome;
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
    void clearFailures() {
        FailingFileSystem.FAILURES.clear();
    }

    @Test
    void everyImageHasAnOutcome() throws IOException {
        Files.write(directory.resolve("good.png"), Pictures.png(40, 30, 1));
        Files.writeString(directory.resolve("notes.txt"), "hello");
        Files.createFile(directory.resolve("empty.png"));
        ImageRef corrupt = ImageRef.problem("file:/a.tar", 1, 0, new Problem(Status.UNDECODABLE, "no header"));

        List<ReadOutcome> outcomes =
                read(List.of(ref("good.png"), ref("notes.txt"), ref("empty.png"), ref("gone.png"), corrupt));

        assertThat(outcomes)
                .extracting(ReadOutcome::status)
                .containsExactly(Status.OK, Status.UNSUPPORTED, Status.EMPTY, Status.UNREADABLE, Status.UNDECODABLE);
        assertThat(outcomes).filteredOn(outcome -> outcome.error() == null).hasSize(1);
        assertThat(outcomes.get(4).error()).isEqualTo("no header");
    }

    @Test
    void storeFailureStopsReading() throws IOException {
        Files.write(directory.resolve("good.png"), Pictures.png(40, 30, 1));
        FailingFileSystem.FAILURES.add(new SocketTimeoutException("no answer"));

        List<ReadOutcome> outcomes = read(List.of(
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

    private static List<ReadOutcome> read(List<ImageRef> images) {
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
