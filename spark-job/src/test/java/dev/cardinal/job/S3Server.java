package dev.cardinal.job;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An S3 server (S3Mock) in a separate process. The test that starts it closes it. It does not check signatures: all credentials are
 * valid.
 */
public final class S3Server implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile("Tomcat started on ports .*?(\\d+) \\(http\\)");

    /** The secret key in {@link #options}. */
    public static final String SECRET = "wJalrXUtnFEMI7MDENGbPxRfiCYEXAMPLEKEY";

    private final Process process;
    private final URI endpoint;
    private final HttpClient client = HttpClient.newHttpClient();

    private S3Server(Process process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    public static S3Server start() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-jar",
                        System.getProperty("cardinal.s3mock"),
                        "--server.port=0",
                        "--http.port=0")
                .redirectErrorStream(true)
                .start();
        BufferedReader log =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder read = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            read.append(line).append('\n');
            Matcher port = PORT.matcher(line);
            if (port.find()) {
                drain(log);
                return new S3Server(process, URI.create("http://localhost:" + port.group(1)));
            }
        }
        throw new IOException("S3Mock did not start: " + read);
    }

    private static void drain(BufferedReader log) {
        Thread thread = new Thread(
                () -> {
                    try {
                        log.transferTo(Writer.nullWriter());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                "s3mock-log");
        thread.setDaemon(true);
        thread.start();
    }

    public URI endpoint() {
        return endpoint;
    }

    /** Returns the Spark settings for this server. */
    public Map<String, String> options() {
        return options(endpoint);
    }

    /** Returns the Spark settings for a server like this. */
    public static Map<String, String> options(URI endpoint) {
        return Map.of(
                "spark.hadoop.fs.s3a.endpoint", endpoint.toString(),
                "spark.hadoop.fs.s3a.endpoint.region", "us-east-1",
                "spark.hadoop.fs.s3a.path.style.access", "true",
                "spark.hadoop.fs.s3a.access.key", "AKIAEXAMPLE",
                "spark.hadoop.fs.s3a.secret.key", SECRET);
    }

    /** Creates a bucket. */
    public S3Server bucket(String name) throws IOException {
        send(HttpRequest.newBuilder(endpoint.resolve("/" + name)).PUT(BodyPublishers.noBody()));
        return this;
    }

    /** Stores the same bytes under many keys. */
    public void put(String bucket, Stream<String> keys, byte[] content) {
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        keys.forEach(key -> {
            answers.add(client.sendAsync(
                            HttpRequest.newBuilder(endpoint.resolve("/" + bucket + "/" + key.replace(" ", "%20")))
                                    .PUT(BodyPublishers.ofByteArray(content))
                                    .build(),
                            BodyHandlers.discarding())
                    .thenApply(HttpResponse::statusCode));
            if (answers.size() % 16 == 0) {
                answers.forEach(CompletableFuture::join);
            }
        });
        answers.forEach(answer -> {
            if (answer.join() != 200) {
                throw new IllegalStateException("S3Mock answered " + answer.join());
            }
        });
    }

    /** Returns the answer to a GET of a path and query, such as {@code /bucket?uploads}. */
    public String get(String pathAndQuery) throws IOException {
        return new String(bytes(pathAndQuery), StandardCharsets.UTF_8);
    }

    /** Returns the bytes of the answer to a GET of a path and query. */
    public byte[] bytes(String pathAndQuery) throws IOException {
        return send(HttpRequest.newBuilder(endpoint.resolve(pathAndQuery)).GET());
    }

    /** Sends a POST without a body. */
    public void post(String pathAndQuery) throws IOException {
        send(HttpRequest.newBuilder(endpoint.resolve(pathAndQuery)).POST(BodyPublishers.noBody()));
    }

    /** Returns the keys in a bucket that begin with a prefix, at most 1,000. */
    public List<String> keys(String bucket, String prefix) throws IOException {
        return Pattern.compile("<Key>([^<]*)</Key>")
                .matcher(get("/" + bucket + "?list-type=2&prefix=" + prefix))
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    private byte[] send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IOException(response + ": " + new String(response.body(), StandardCharsets.UTF_8));
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
