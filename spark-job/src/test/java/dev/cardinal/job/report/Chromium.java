package dev.cardinal.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A headless Chromium that is controlled through the DevTools protocol. The caller that starts it must close it, which stops its
 * processes. Not thread-safe.
 */
final class Chromium implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    private static final Pattern ENDPOINT = Pattern.compile("DevTools listening on (ws://\\S+)");
    private static final long SECONDS = 30;
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private final Map<String, CompletableFuture<JsonNode>> awaited = new ConcurrentHashMap<>();

    private final Thread atExit;

    private Chromium(Process process, String endpoint) throws IOException {
        this.process = process;
        this.atExit = new Thread(() -> end(process), "chromium-end");
        Runtime.getRuntime().addShutdownHook(atExit);
        this.socket = await(
                HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create(endpoint), new Listener()));
    }

    /** Finds Chromium on the PATH. */
    static Optional<Path> find() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Arrays.stream(path.split(File.pathSeparator, -1))
                .filter(directory -> !directory.isEmpty())
                .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts Chromium.
     *
     * @param profile empty directory for its profile
     */
    static Chromium start(Path executable, Path profile) throws IOException {
        Process process = new ProcessBuilder(
                        executable.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-extensions",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--no-first-run",
                        "--mute-audio",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return new Chromium(process, endpoint(process));
        } catch (IOException | RuntimeException e) {
            end(process);
            throw e;
        }
    }

    /** Waits for the line with the DevTools address; later output is discarded. */
    private static String endpoint(Process process) throws IOException {
        CompletableFuture<String> found = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader errors = new BufferedReader(
                            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
                        for (String line = errors.readLine(); line != null; line = errors.readLine()) {
                            Matcher endpoint = ENDPOINT.matcher(line);
                            if (endpoint.find()) {
                                found.complete(endpoint.group(1));
                            }
                        }
                        found.completeExceptionally(new IOException("Chromium ended before it listened"));
                    } catch (IOException e) {
                        found.completeExceptionally(e);
                    }
                },
                "chromium-errors");
        reader.setDaemon(true);
        reader.start();
        return await(found);
    }

    /** Receives messages and passes answers and events to the threads that wait for them. */
    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                take(message.toString());
                message.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            answers.values().forEach(answer -> answer.completeExceptionally(error));
            awaited.values().forEach(event -> event.completeExceptionally(error));
        }
    }

    private void take(String text) {
        JsonNode message;
        try {
            message = MAPPER.readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException("no JSON: " + text, e);
        }
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer =
                    answers.remove(message.path("id").asInt());
            if (answer != null) {
                answer.complete(message);
            }
            return;
        }
        events.add(message);
        CompletableFuture<JsonNode> event = awaited.remove(
                message.path("sessionId").asText() + message.path("method").asText());
        if (event != null) {
            event.complete(message.path("params"));
        }
    }

    private JsonNode send(@Nullable String session, String method, ObjectNode parameters) throws IOException {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        ObjectNode command = MAPPER.createObjectNode().put("id", id).put("method", method);
        command.set("params", parameters);
        if (session != null) {
            command.put("sessionId", session);
        }
        await(socket.sendText(command.toString(), true));
        JsonNode message = await(answer);
        if (message.has("error")) {
            throw new IOException(method + ": " + message.path("error"));
        }
        return message.path("result");
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException("Chromium failed", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("Chromium did not answer within " + SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Color scheme of a tab. */
    enum Scheme {
        LIGHT,
        DARK
    }

    /** Opens a tab and waits until it has loaded a page. */
    Tab open(URI page, int width, int height, Scheme scheme) throws IOException {
        String target = send(null, "Target.createTarget", parameters().put("url", "about:blank"))
                .path("targetId")
                .asText();
        String session = send(
                        null,
                        "Target.attachToTarget",
                        parameters().put("targetId", target).put("flatten", true))
                .path("sessionId")
                .asText();
        Tab tab = new Tab(target, session);
        for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
            tab.send(domain + ".enable", parameters());
        }
        tab.send(
                "Emulation.setDeviceMetricsOverride",
                parameters()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", width < 600));
        ObjectNode media = parameters();
        media.putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", scheme == Scheme.DARK ? "dark" : "light");
        tab.send("Emulation.setEmulatedMedia", media);
        CompletableFuture<JsonNode> loaded = tab.next("Page.loadEventFired");
        tab.send("Page.navigate", parameters().put("url", page.toString()));
        await(loaded);
        return tab;
    }

    private static ObjectNode parameters() {
        return MAPPER.createObjectNode();
    }

    /** A tab; closing it closes the page. */
    final class Tab implements AutoCloseable {
        private final String target;
        private final String session;

        private Tab(String target, String session) {
            this.target = target;
            this.session = session;
        }

        private JsonNode send(String method, ObjectNode parameters) throws IOException {
            return Chromium.this.send(session, method, parameters);
        }

        private CompletableFuture<JsonNode> next(String event) {
            CompletableFuture<JsonNode> next = new CompletableFuture<>();
            awaited.put(session + event, next);
            return next;
        }

        /** Evaluates an expression in the page; waits for a promise. */
        JsonNode evaluate(String expression) throws IOException {
            JsonNode result = send(
                    "Runtime.evaluate",
                    parameters()
                            .put("expression", expression)
                            .put("returnByValue", true)
                            .put("awaitPromise", true));
            if (result.has("exceptionDetails")) {
                throw new IOException(expression + ": " + result.path("exceptionDetails"));
            }
            return result.path("result").path("value");
        }

        /** Clicks into the middle of an element with the mouse. */
        void click(String selector) throws IOException {
            JsonNode at = evaluate("(() => { const e = document.querySelector(" + MAPPER.writeValueAsString(selector)
                    + "); e.scrollIntoView({block: 'center', behavior: 'instant'}); const r = e.getBoundingClientRect();"
                    + " return [r.x + r.width / 2, r.y + r.height / 2]; })()");
            for (String type : List.of("mousePressed", "mouseReleased")) {
                send(
                        "Input.dispatchMouseEvent",
                        parameters()
                                .put("type", type)
                                .put("x", at.path(0).asDouble())
                                .put("y", at.path(1).asDouble())
                                .put("button", "left")
                                .put("clickCount", 1));
            }
        }

        /** Presses the Enter key. */
        void pressEnter() throws IOException {
            for (String type : List.of("keyDown", "keyUp")) {
                send(
                        "Input.dispatchKeyEvent",
                        parameters()
                                .put("type", type)
                                .put("key", "Enter")
                                .put("code", "Enter")
                                .put("windowsVirtualKeyCode", 13)
                                .put("text", type.equals("keyDown") ? "\r" : ""));
            }
        }

        /** Types a text into the focused element. */
        void type(String text) throws IOException {
            send("Input.insertText", parameters().put("text", text));
        }

        /** Returns a screenshot of the whole page as PNG. */
        byte[] screenshot() throws IOException {
            JsonNode size = send("Page.getLayoutMetrics", parameters()).path("cssContentSize");
            ObjectNode how = parameters().put("format", "png").put("captureBeyondViewport", true);
            how.putObject("clip")
                    .put("x", 0)
                    .put("y", 0)
                    .put("width", size.path("width").asDouble())
                    .put("height", Math.min(12_000, size.path("height").asDouble()))
                    .put("scale", 1);
            return Base64.getDecoder()
                    .decode(send("Page.captureScreenshot", how).path("data").asText());
        }

        /** Returns all errors and warnings of the page so far. */
        List<String> complaints() {
            return messages()
                    .filter(message -> List.of("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
                            .contains(message.path("method").asText()))
                    .map(JsonNode::toString)
                    .toList();
        }

        /** Returns the requests of the page, without data URIs. */
        List<String> requests() {
            return messages()
                    .filter(message -> message.path("method").asText().equals("Network.requestWillBeSent"))
                    .map(message ->
                            message.path("params").path("request").path("url").asText())
                    .filter(url -> !url.startsWith("data:"))
                    .toList();
        }

        private Stream<JsonNode> messages() {
            return events.stream()
                    .filter(event -> session.equals(event.path("sessionId").asText()));
        }

        @Override
        public void close() throws IOException {
            Chromium.this.send(null, "Target.closeTarget", parameters().put("targetId", target));
        }
    }

    @Override
    public void close() {
        socket.abort();
        end(process);
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    /** Returns whether any of its processes is still running. */
    boolean isAlive() {
        return process.isAlive() || process.descendants().anyMatch(ProcessHandle::isAlive);
    }

    /** Stops a process and its descendants, and waits for their end. */
    private static void end(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        children.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        children.forEach(child -> child.onExit().join());
        process.onExit().join();
    }
}
