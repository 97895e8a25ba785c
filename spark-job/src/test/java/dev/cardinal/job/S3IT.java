package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.FaultyProxy.Fault;
import dev.cardinal.job.cli.CommandRunner;
import dev.cardinal.job.cli.Console;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Labels from S3 to S3, with injected faults of networks and stores. The server accepts all credentials; the proxy answers for wrong
 * ones, with S3's error codes.
 */
class S3IT {
    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    private static S3Server server;
    private static FaultyProxy proxy;
    private static Map<String, String> options = Map.of();
    private static String model = "";
    private static byte[] png = {};

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream complained = new ByteArrayOutputStream();

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.start().bucket("photos").bucket("many");
        proxy = FaultyProxy.before(server.endpoint());
        options = new TreeMap<>(S3Server.options(proxy.endpoint()));
        options.put(
                "spark.hadoop.fs.s3a.bucket.many.endpoint", server.endpoint().toString());
        options.put("spark.hadoop.fs.s3a.attempts.maximum", "1"); // so that the test covers Cardinal's own retries
        options.put("spark.hadoop.fs.s3a.retry.limit", "1");
        options.put("spark.hadoop.fs.s3a.retry.throttle.limit", "1");
        options.put("spark.master", "local[2]");
        options.put("spark.ui.enabled", "false");
        options.put("spark.driver.bindAddress", "127.0.0.1");
        options.put("spark.driver.host", "127.0.0.1");
        options.forEach(System::setProperty);
        model = JobProcess.importDemoModel(shared).toString();
        png = tinyPng();
        server.put("photos", Stream.of("few/a.png", "few/b c.png", "few/_d.png", "few/.hidden.png"), png);
    }

    @AfterAll
    static void stop() {
        options.keySet().forEach(System::clearProperty);
        proxy.close();
        server.close();
    }

    @AfterEach
    void noMoreFaults() {
        proxy.reset();
    }

    @Test
    void fiveThousandObjectsAreLabeledExactlyOnce() throws Exception {
        server.put("many", IntStream.range(0, 5000).mapToObj(i -> "images/" + i % 10 + "/" + i + ".png"), png);

        assertThat(label("s3a://many/images", "s3a://many/predictions", "--limit", "100"))
                .as(err())
                .isZero();
        server.put("many", Stream.of("predictions/__magic_job-dead/tasks/1/part-1.parquet.pending"), png);
        server.post("/many/predictions/part-00000-dead.parquet?uploads");
        assertThat(server.get("/many?uploads")).contains("part-00000-dead.parquet");

        assertThat(label("s3a://many/images", "s3a://many/predictions"))
                .as(err())
                .isZero();

        assertThat(out()).contains("labeled 100 images").contains("labeled 4,900 images");
        List<String> keys = server.keys("many", "predictions");
        assertThat(keys)
                .filteredOn(key -> !key.startsWith("predictions/_cardinal/"))
                .isNotEmpty()
                .allMatch(key -> key.matches("predictions/part-[^/]*\\.parquet"));
        assertThat(keys).doesNotContain("predictions/_cardinal/lock");
        assertThat(server.get("/many?uploads")).doesNotContain("<Upload>");
        assertThat(DuckDb.query(
                        download("many", "predictions"),
                        "SELECT count(*), count(DISTINCT path), min(path), min(status), max(status) FROM $table"))
                .containsExactly(List.of(5000L, 5000L, "s3a://many/images/0/0.png", "ok", "ok"));

        assertThat(label("s3a://many/images", "s3a://many/predictions"))
                .as(err())
                .isZero();

        assertThat(out()).contains("nothing to do: all 5,000 images are labeled already");
        assertThat(parts(server.keys("many", "predictions"))).hasSameElementsAs(parts(keys));
    }

    @Test
    void transientFailuresAreRetriedAndLeaveNoTrace() throws Exception {
        proxy.fault(6, "GET", ".*/few/a.png.*", Fault.error(503, "SlowDown"));
        proxy.fault(2, "GET", ".*/few/b%20c.png.*", Fault.cut());
        proxy.fault(1, "GET", ".*/few/_d.png.*", Fault.hangUp());
        proxy.fault(1, "GET", ".*/few/_d.png.*", Fault.delay(Duration.ofSeconds(2)));
        proxy.fault(1, "PUT", ".*/flaky/part-.*", Fault.error(500, "InternalError"));
        proxy.fault(1, "POST", ".*/flaky/part-.*", Fault.error(503, "SlowDown"));

        int exitCode = label("s3a://photos/few", "s3a://photos/flaky");

        assertThat(exitCode).as(err()).isZero();
        assertThat(rows("flaky"))
                .containsExactly(
                        List.of("s3a://photos/few/_d.png", "ok"),
                        List.of("s3a://photos/few/a.png", "ok"),
                        List.of("s3a://photos/few/b c.png", "ok"));
        assertThat(beforeTheReport("flaky"))
                .as("no HEAD request for an image whose length is in the listing")
                .filteredOn(request -> request.startsWith("HEAD /photos/few/a.png"))
                .isEmpty();
    }

    /** Returns the requests of a run until it wrote its final run.json; after that its report reads some images again. */
    private List<String> beforeTheReport(String table) {
        List<String> requests = proxy.requests();
        List<Integer> records = IntStream.range(0, requests.size())
                .filter(i -> requests.get(i).startsWith("PUT /photos/" + table + "/_cardinal/run.json"))
                .boxed()
                .toList();
        assertThat(records).isNotEmpty();
        return requests.subList(0, records.get(records.size() - 1));
    }

    @Test
    void outageFailsTheRunAndMarksNoImageUnreadable() throws Exception {
        proxy.fault(Integer.MAX_VALUE, "GET", ".*/few/a.png.*", Fault.error(503, "SlowDown"));

        int exitCode = label("s3a://photos/few", "s3a://photos/outage");

        assertThat(exitCode).isEqualTo(1);
        assertThat(err())
                .contains("cannot read s3a://photos/few/a.png: failed 5 times")
                .contains("run the same command again to continue");
        assertThat(server.keys("photos", "outage/part-")).isEmpty();
        proxy.reset();

        assertThat(label("s3a://photos/few", "s3a://photos/outage")).as(err()).isZero();
        assertThat(rows("outage")).hasSize(3).allMatch(row -> row.get(1).equals("ok"));
    }

    @Test
    void missingAndForbiddenObjectsAreUnreadable() throws Exception {
        proxy.fault(Integer.MAX_VALUE, "GET", ".*/few/a.png.*", Fault.error(403, "AccessDenied"));
        proxy.fault(Integer.MAX_VALUE, "GET", ".*/few/_d.png.*", Fault.error(404, "NoSuchKey"));

        int exitCode = label("s3a://photos/few", "s3a://photos/forbidden");

        assertThat(exitCode).as(err()).isZero();
        assertThat(rows("forbidden"))
                .containsExactly(
                        List.of("s3a://photos/few/_d.png", "unreadable"),
                        List.of("s3a://photos/few/a.png", "unreadable"),
                        List.of("s3a://photos/few/b c.png", "ok"));
    }

    @Test
    void expiredCredentialsFailTheRunAndMarkNoImageUnreadable() throws Exception {
        proxy.fault(Integer.MAX_VALUE, "GET", ".*/few/a.png.*", Fault.error(400, "ExpiredToken"));

        int exitCode = label("s3a://photos/few", "s3a://photos/expired");

        assertThat(exitCode).isEqualTo(1);
        assertThat(err()).contains("the store refuses the credentials (ExpiredToken); renew");
        assertThat(server.keys("photos", "expired/part-")).isEmpty();
    }

    @Test
    void wrongCredentialsAreReportedBeforeTheRun() throws Exception {
        proxy.always(Fault.error(403, "InvalidAccessKeyId"));

        int exitCode = label("s3a://photos/few", "s3a://photos/wrong");

        assertThat(exitCode).as(err()).isEqualTo(2);
        assertThat(err()).contains("cannot access what the command line names: it is forbidden; check the credentials");
        proxy.reset();
        assertThat(server.keys("photos", "wrong")).isEmpty();
    }

    @Test
    void missingBucketIsWrongUsage() throws Exception {
        int exitCode = label("s3a://fotos/few", "s3a://photos/missing");

        assertThat(exitCode).as(err()).isEqualTo(2);
        assertThat(err()).contains("s3a://fotos", "there is no such bucket");
    }

    @Test
    void credentialsInAPathAreRejectedAndNotPrinted() throws Exception {
        int exitCode =
                label("s3a://AKIAEXAMPLE:" + S3Server.SECRET + "@photos/few", "s3a://photos/secret", "--verbose");

        assertThat(exitCode).isEqualTo(2);
        assertThat(err()).contains("input is an s3a:// path with credentials");
        assertThat(out() + err()).doesNotContain(S3Server.SECRET);
    }

    @Test
    void jobJarWritesNoSecret() throws Exception {
        Path events = Files.createDirectory(directory.resolve("events"));
        Map<String, String> options = new TreeMap<>(server.options());
        options.put("spark.eventLog.enabled", "true");
        options.put("spark.eventLog.compress", "false");
        options.put("spark.eventLog.dir", events.toUri().toString());
        options.put("spark.hadoop.fs.s3a.encryption.key", "c2VydmVyLXNpZGUtY3VzdG9tZXI=");

        JobProcess.Result result = JobProcess.submit(
                directory,
                options,
                "label",
                "--model",
                model,
                "--input",
                "s3a://photos/few",
                "--output",
                "s3a://photos/quiet",
                "--verbose");

        assertThat(result.exitCode()).as(result.err()).isZero();
        StringBuilder written = new StringBuilder(result.out()).append(result.err());
        for (String key : server.keys("photos", "quiet/_cardinal/")) {
            written.append(key.endsWith("/") ? "" : server.get("/photos/" + key));
        }
        try (Stream<Path> logs = Files.walk(events)) {
            for (Path log : logs.filter(Files::isRegularFile).toList()) {
                written.append(Files.readString(log, StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(written).contains("\"outcome\" : \"done\"", "fs.s3a.secret.key", "fs.s3a.encryption.key");
        assertThat(written).doesNotContain(S3Server.SECRET).doesNotContain("c2VydmVyLXNpZGUtY3VzdG9tZXI=");
    }

    /** Returns the rows of a table, (path, status), ordered by path. */
    private List<List<Object>> rows(String table) throws Exception {
        return DuckDb.query(download("photos", table), "SELECT path, status FROM $table ORDER BY path");
    }

    private Path download(String bucket, String table) throws IOException {
        Path copy = Files.createTempDirectory(directory, "copy");
        for (String key : parts(server.keys(bucket, table + "/"))) {
            Files.write(copy.resolve(key.substring(key.lastIndexOf('/') + 1)), server.bytes("/" + bucket + "/" + key));
        }
        return copy;
    }

    private static List<String> parts(List<String> keys) {
        return keys.stream().filter(key -> key.endsWith(".parquet")).toList();
    }

    /** Runs the command in this process, which is faster than starting the job jar. */
    private int label(String input, String output, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("label", "--model", model, "--input", input, "--output", output));
        arguments.addAll(List.of(more));
        Console console = new Console(
                new PrintStream(printed, true, StandardCharsets.UTF_8),
                new PrintStream(complained, true, StandardCharsets.UTF_8),
                false);
        return new CommandRunner(console).run(arguments.toArray(String[]::new));
    }

    private String out() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return complained.toString(StandardCharsets.UTF_8);
    }

    /** Writes the smallest image that the model accepts: the test needs many, and does not test the model. */
    private static byte[] tinyPng() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", out);
        return out.toByteArray();
    }
}
