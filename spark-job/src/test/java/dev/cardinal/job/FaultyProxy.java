package dev.cardinal.job;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A proxy of an S3 server that injects faults of networks and stores into chosen requests. The test that starts it closes it.
 * Thread-safe.
 */
public final class FaultyProxy implements AutoCloseable {
    private static final Set<String> OWN_HEADERS =
            Set.of("host", "content-length", "connection", "expect", "transfer-encoding", "upgrade");

    /** A fault injected into a request. */
    public interface Fault {
        /** Returns true if it answered the exchange; otherwise the proxy forwards the request to the server. */
        boolean answer(HttpExchange exchange, Forward server) throws IOException;

        /** The store answers with an error. */
        static Fault error(int status, String code) {
            return (exchange, server) -> {
                byte[] body = "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>injected</Message></Error>"
                        .formatted(code)
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/xml");
                boolean isHead = exchange.getRequestMethod().equals("HEAD");
                exchange.sendResponseHeaders(status, isHead ? -1 : body.length);
                if (!isHead) {
                    exchange.getResponseBody().write(body);
                }
                return true;
            };
        }

        /** The answer is late. */
        static Fault delay(Duration delay) {
            return (exchange, server) -> {
                try {
                    TimeUnit.MILLISECONDS.sleep(delay.toMillis());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return false;
            };
        }

        /** The connection ends without an answer. */
        static Fault hangUp() {
            return (exchange, server) -> true;
        }

        /** The connection ends in the middle of the answer's body. */
        static Fault cut() {
            return (exchange, server) -> {
                HttpResponse<byte[]> response = server.send(exchange);
                byte[] body = response.body();
                copyHeaders(response, exchange);
                exchange.sendResponseHeaders(response.statusCode(), body.length);
                exchange.getResponseBody().write(body, 0, body.length / 2);
                exchange.getResponseBody().flush();
                return true;
            };
        }
    }

    /** Forwards a request to the server. */
    public interface Forward {
        HttpResponse<byte[]> send(HttpExchange exchange) throws IOException;
    }

    private record Rule(Predicate<HttpExchange> matches, AtomicInteger left, Fault fault) {}

    private final URI server;
    private final HttpServer proxy;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private FaultyProxy(URI server, HttpServer proxy) {
        this.server = server;
        this.proxy = proxy;
    }

    public static FaultyProxy before(URI server) throws IOException {
        HttpServer listening = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        FaultyProxy proxy = new FaultyProxy(server, listening);
        listening.createContext("/", proxy::handle);
        listening.setExecutor(proxy.threads);
        listening.start();
        return proxy;
    }

    public URI endpoint() {
        return URI.create("http://localhost:" + proxy.getAddress().getPort());
    }

    /** Injects a fault into the next requests of a method whose path and query match a pattern. */
    public void fault(int times, String method, String pattern, Fault fault) {
        Predicate<HttpExchange> matches =
                exchange -> exchange.getRequestMethod().equals(method)
                        && exchange.getRequestURI().toString().matches(pattern);
        rules.add(new Rule(matches, new AtomicInteger(times), fault));
    }

    /** Injects a fault into every request. */
    public void always(Fault fault) {
        rules.add(new Rule(exchange -> true, new AtomicInteger(Integer.MAX_VALUE), fault));
    }

    /** Returns method, path and query of the requests so far. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** Forgets faults and requests. */
    public void reset() {
        rules.clear();
        requests.clear();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            for (Rule rule : rules) {
                if (rule.matches().test(exchange)
                        && rule.left().getAndDecrement() > 0
                        && rule.fault().answer(exchange, this::forward)) {
                    return;
                }
            }
            HttpResponse<byte[]> response = forward(exchange);
            copyHeaders(response, exchange);
            byte[] body = response.body();
            if (body.length == 0) {
                response.headers().firstValue("content-length").ifPresent(length -> exchange.getResponseHeaders()
                        .set("Content-Length", length));
            }
            exchange.sendResponseHeaders(response.statusCode(), body.length == 0 ? -1 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(exchange.getRequestURI()))
                .method(
                        exchange.getRequestMethod(),
                        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        try {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static void copyHeaders(HttpResponse<byte[]> response, HttpExchange exchange) {
        response.headers().map().forEach((name, values) -> {
            if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                exchange.getResponseHeaders().put(name, values);
            }
        });
    }

    @Override
    public void close() {
        proxy.stop(0);
        threads.shutdownNow();
    }
}
