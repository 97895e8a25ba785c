package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labelling from S3 into S3, through the shaded job jar and SparkSubmit. */
class S3IT {
    private static final String SECRET = "wJalrXUtnFEMI7MDENGbPxRfiCYEXAMPLEKEY";

    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    private static S3Server server;
    private static FaultyProxy proxy;
    private static String model = "";
    private static byte[] png = {};

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.start().bucket("photos");
        proxy = FaultyProxy.before(server.endpoint());
        model = shared.resolve("model").toString();
        JobProcess.Result result =
                JobProcess.submit(shared, "import", "--card", "fashion_resnext20_8x4d", "--output", model);
        assertThat(result.exitCode()).as(result.err()).isZero();
        png = tinyPng();
    }

    @AfterAll
    static void stop() {
        proxy.close();
        server.close();
    }

    @Test
    void fiveThousandObjectsAreLabelledIntoTheStoreOnce() throws Exception {
        server.put("photos", IntStream.range(0, 5000).mapToObj(i -> "many/" + i % 10 + "/" + i + ".png"), png);

        JobProcess.Result first = label(server.endpoint(), "s3a://photos/many", "s3a://photos/predictions");

        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.out()).contains("labelled 5,000 images");
        assertThat(server.keys("photos", "predictions"))
                .filteredOn(key -> !key.startsWith("predictions/_cardinal/"))
                .allMatch(key -> key.matches("predictions/part-[^/]*\\.parquet"));
    }

    private JobProcess.Result label(URI endpoint, String input, String output, String... more) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("label", "--model", model, "--input", input, "--output", output));
        arguments.addAll(List.of(more));
        return JobProcess.submit(directory, options(endpoint), arguments.toArray(String[]::new));
    }

    private static Map<String, String> options(URI endpoint) {
        return Map.of(
                "spark.hadoop.fs.s3a.endpoint", endpoint.toString(),
                "spark.hadoop.fs.s3a.endpoint.region", "us-east-1",
                "spark.hadoop.fs.s3a.path.style.access", "true",
                "spark.hadoop.fs.s3a.access.key", "AKIAEXAMPLE",
                "spark.hadoop.fs.s3a.secret.key", SECRET);
    }

    /** As small as the model takes them: there are many, and it is not the model that is tested. */
    private static byte[] tinyPng() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", out);
        return out.toByteArray();
    }
}
