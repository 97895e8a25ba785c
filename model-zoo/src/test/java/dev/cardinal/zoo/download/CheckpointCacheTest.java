package dev.cardinal.zoo.download;

import static dev.cardinal.zoo.download.ScriptedServer.chunked;
import static dev.cardinal.zoo.download.ScriptedServer.cut;
import static dev.cardinal.zoo.download.ScriptedServer.ranges;
import static dev.cardinal.zoo.download.ScriptedServer.redirect;
import static dev.cardinal.zoo.download.ScriptedServer.rest;
import static dev.cardinal.zoo.download.ScriptedServer.status;
import static dev.cardinal.zoo.download.ScriptedServer.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.card.ModelSource;
import dev.cardinal.zoo.convert.ImportRequest.HashPolicy;
import dev.cardinal.zoo.download.ScriptedServer.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointCacheTest {
    private static final int SIZE = 100_000;
    private static final int HALF = SIZE / 2;
    private static final byte[] CONTENT = content(1);
    private static final String V1 = "\"v1\"";
    private static final String V2 = "\"v2\"";
    private static final String PATH = "/models/weights.pth";

    @TempDir
    private Path directory;

    private final List<Integer> pauses = new ArrayList<>();
    private ScriptedServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void fileIsDownloadedOnceAndKeepsItsName() throws IOException {
        server.then(whole(CONTENT, V1));

        Path file = fetch();

        assertThat(file).hasBinaryContent(CONTENT).hasFileName("weights.pth");
        assertThat(fetch()).isEqualTo(file);
        assertThat(server.requests()).containsExactly(new Request(PATH, null, null));
        assertThat(filesInCache()).containsExactly("weights.pth");
    }

    @Test
    void interruptedDownloadContinuesWhereItStopped() throws IOException {
        server.then(cut(CONTENT, V1, HALF)).then(ranges(CONTENT, V1));

        assertThat(fetch()).hasBinaryContent(CONTENT);
        assertThat(server.requests())
                .containsExactly(new Request(PATH, null, null), new Request(PATH, "bytes=" + HALF + "-", V1));
        assertThat(pauses).containsExactly(1);
    }

    @Test
    void serverWithoutRangesSendsTheWholeFileAgain() throws IOException {
        server.then(cut(CONTENT, V1, HALF)).then(whole(CONTENT, V1));

        assertThat(fetch()).hasBinaryContent(CONTENT);
    }

    @Test
    void changedFileIsDownloadedFromItsBeginning() throws IOException {
        server.then(cut(content(2), V2, HALF)).then(ranges(CONTENT, V1));

        assertThat(fetch()).hasBinaryContent(CONTENT);
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void changeThatTheServerIgnoresIsDetectedByTheEtag() throws IOException {
        server.then(cut(content(2), V2, HALF)).then(rest(CONTENT, V1, HALF)).then(ranges(CONTENT, V1));

        assertThat(fetch()).hasBinaryContent(CONTENT);
        assertThat(server.requests()).hasSize(3).last().isEqualTo(new Request(PATH, null, null));
    }

    @Test
    void rangeThatWasNotRequestedIsNotUsed() throws IOException {
        server.then(cut(CONTENT, V1, HALF)).then(rest(CONTENT, V1, HALF + 1)).then(ranges(CONTENT, V1));

        assertThat(fetch()).hasBinaryContent(CONTENT);
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void partThatIsLongerThanTheFileIsDeleted() throws IOException {
        server.then(cut(CONTENT, V1, HALF)).then(status(416)).then(ranges(CONTENT, V1));

        assertThat(fetch()).hasBinaryContent(CONTENT);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 429, 408})
    void requestToABusyServerIsRepeated(int status) throws IOException {
        server.then(status(status)).then(status(status)).then(ranges(CONTENT, V1));

        assertThat(fetch()).hasBinaryContent(CONTENT);
        assertThat(pauses).containsExactly(1, 2);
    }

    @Test
    void outageEndsTheDownloadAndTheNextRunContinuesIt() throws IOException {
        server.then(cut(CONTENT, V1, HALF)).then(status(503));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "download of " + server.url(PATH) + " failed 5 times in a row: the server answered 503")
                .hasMessageContaining(HALF + " bytes are kept in ")
                .hasMessageContaining("weights.pth.part");
        assertThat(pauses).containsExactly(1, 2, 3, 4);

        server.then(ranges(CONTENT, V1));
        assertThat(fetch()).hasBinaryContent(CONTENT);
        assertThat(server.requests()).last().isEqualTo(new Request(PATH, "bytes=" + HALF + "-", V1));
    }

    @Test
    void downloadFailsIfTheServerAlwaysStopsAtTheSameByte() {
        server.then(cut(CONTENT, V1, HALF));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the connection ended after 50000 of 100000 bytes");
        assertThat(server.requests()).hasSizeBetween(5, 7);
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 410})
    void missingFileFailsAtOnceWithTheStatus(int status) throws IOException {
        server.then(status(status));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(CardinalException.class)
                .hasMessage("download of " + server.url(PATH) + " failed: the server answered " + status
                        + "; get the file another way and pass it with --checkpoint");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void redirectsAreFollowed() throws IOException {
        server.then(redirect("/elsewhere/1")).then(redirect(server.url("/2"))).then(ranges(CONTENT, V1));

        assertThat(fetch()).hasBinaryContent(CONTENT);
        assertThat(server.requests()).extracting(Request::path).containsExactly(PATH, "/elsewhere/1", "/2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://127.0.0.1/x", "http://[broken"})
    void redirectToAnotherProtocolIsRefused(String to) {
        server.then(redirect(to));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("redirects to '" + to + "', which is not followed");
    }

    @Test
    void endlessRedirectsAreRefused() {
        server.then(redirect(PATH));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("redirects more than 5 times");
    }

    @Test
    void fileOfUnknownLengthIsDownloaded() throws IOException {
        server.then(chunked(CONTENT));

        assertThat(fetch()).hasBinaryContent(CONTENT);
    }

    @Test
    void fileWithAnotherHashIsRefusedAndDeleted() throws IOException {
        server.then(whole(content(2), V1)).then(whole(CONTENT, V1));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(" has SHA-256 " + sha256(content(2)))
                .hasMessageContaining("but card released expects one that begins with "
                        + sha256(CONTENT).substring(0, 8));
        assertThat(filesInCache()).isEmpty();
        assertThat(fetch()).hasBinaryContent(CONTENT);
    }

    @Test
    void allowedFileWithAnotherHashIsKeptSeparately() throws IOException {
        server.then(whole(content(2), V1)).then(whole(CONTENT, V1));
        ModelCard card = card(PATH, "weights.pth");

        Path allowed = cache().fetch(card, HashPolicy.WARN_ON_MISMATCH, ImportProgress.NONE);

        assertThat(allowed).hasBinaryContent(content(2)).hasFileName("weights.pth.unverified");
        assertThat(cache().fetch(card, HashPolicy.WARN_ON_MISMATCH, ImportProgress.NONE))
                .isEqualTo(allowed);
        assertThat(fetch()).hasBinaryContent(CONTENT).isNotEqualTo(allowed);
    }

    @Test
    void sameFileNameAtAnotherUrlIsAnotherEntry() throws IOException {
        server.then(whole(CONTENT, V1));
        Path first = fetch();
        Path second = cache().fetch(card("/other/weights.pth", null), HashPolicy.REQUIRE_MATCH, ImportProgress.NONE);

        assertThat(second).isNotEqualTo(first).hasFileName("weights.pth");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../weights.pth", "/etc/passwd", "", ".hidden", "a\nb"})
    void fileNameOutsideTheCacheIsRefused(String name) {
        assertThatThrownBy(() -> cache().fetch(card(PATH, name), HashPolicy.REQUIRE_MATCH, ImportProgress.NONE))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("cannot be downloaded");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void secondDownloadOfTheSameFileFailsAtOnce() throws IOException {
        server.then(whole(CONTENT, V1));
        Path target = fetch();
        Files.delete(target);

        try (PartialFile other = PartialFile.of(target)) {
            assertThatThrownBy(this::fetch)
                    .isInstanceOf(CardinalException.class)
                    .hasMessage("another run is downloading " + other.path() + "; wait until it ends");
        }
    }

    @Test
    void progressListsTheStepsAndEndsAtTheTotal() throws IOException {
        server.then(cut(CONTENT, V1, HALF)).then(ranges(CONTENT, V1));
        List<String> steps = new ArrayList<>();
        List<LongSupplier> done = new ArrayList<>();
        ImportProgress progress = new ImportProgress() {
            @Override
            public void step(String what, long totalBytes, LongSupplier doneBytes) {
                steps.add(what + " " + doneBytes.getAsLong() + " of " + totalBytes);
                done.add(doneBytes);
            }

            @Override
            public void finished() {}
        };

        cache().fetch(card(PATH, "weights.pth"), HashPolicy.REQUIRE_MATCH, progress);

        assertThat(steps)
                .containsExactly(
                        "downloading weights.pth 0 of 100000",
                        "downloading weights.pth 50000 of 100000",
                        "checking weights.pth.part 0 of 100000");
        assertThat(done).allSatisfy(bytes -> assertThat(bytes.getAsLong()).isEqualTo(SIZE));
    }

    @Test
    void directoryIsFromTheEnvironmentElseBelowTheHomeDirectory() {
        Path home = Path.of("/home/ada");

        assertThat(CheckpointCache.ofUser(Map.of(), home).directory()).isEqualTo(Path.of("/home/ada/.cache/cardinal"));
        assertThat(CheckpointCache.ofUser(Map.of("XDG_CACHE_HOME", "/big"), home)
                        .directory())
                .isEqualTo(Path.of("/big/cardinal"));
        assertThat(CheckpointCache.ofUser(Map.of("XDG_CACHE_HOME", "/big", "CARDINAL_CACHE", "/own"), home)
                        .directory())
                .isEqualTo(Path.of("/own"));
    }

    private Path fetch() throws IOException {
        return cache().fetch(card(PATH, "weights.pth"), HashPolicy.REQUIRE_MATCH, ImportProgress.NONE);
    }

    private CheckpointCache cache() {
        return new CheckpointCache(directory, pauses::add);
    }

    private ModelCard card(String path, @Nullable String file) {
        ModelCard any = ModelCatalog.find("ssl_resnet18");
        ModelSource source =
                new ModelSource(file, server.url(path), sha256(CONTENT).substring(0, 8), null, null);
        return new ModelCard("released", List.of(), any.architecture(), any.preprocessing(), any.labels(), source);
    }

    private List<String> filesInCache() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }

    private static byte[] content(int seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
