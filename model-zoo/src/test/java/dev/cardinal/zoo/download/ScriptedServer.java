package dev.cardinal.zoo.download;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A local web server that answers each request with the next answer of its script, and then always with the last one.
 */
final class ScriptedServer implements AutoCloseable {
    private final HttpServer server;
    private final Queue<Answer> script = new ConcurrentLinkedQueue<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Answer last = answer -> answer.sendResponseHeaders(404, -1);

    /** The path and headers of a request. */
    record Request(
            String path, @Nullable String range, @Nullable String ifRange) {}

    /** Answers a request. */
    @FunctionalInterface
    interface Answer {
        void send(HttpExchange exchange) throws IOException;
    }

    ScriptedServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.add(new Request(
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders().getFirst("Range"),
                    exchange.getRequestHeaders().getFirst("If-Range")));
            Answer next = script.poll();
            last = next == null ? last : next;
            try (exchange) {
                last.send(exchange);
            }
        });
        server.start();
    }

    ScriptedServer then(Answer answer) {
        script.add(answer);
        return this;
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Returns the whole content and ignores the requested range. */
    static Answer whole(byte[] content, String etag) {
        return cut(content, etag, content.length);
    }

    /** Returns the content, but cuts the connection after some bytes. */
    static Answer cut(byte[] content, String etag, int bytes) {
        return exchange -> {
            exchange.getResponseHeaders().set("ETag", etag);
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, bytes);
            exchange.getResponseBody().flush();
        };
    }

    /** Returns the requested range, or the whole content if the ETag differs, as a server that supports ranges does. */
    static Answer ranges(byte[] content, String etag) {
        return exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
            if (range == null || (ifRange != null && !ifRange.equals(etag))) {
                whole(content, etag).send(exchange);
            } else {
                int start = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
                rest(content, etag, start).send(exchange);
            }
        };
    }

    /** Returns the content from an offset and ignores the requested range. */
    static Answer rest(byte[] content, String etag, int start) {
        return exchange -> {
            exchange.getResponseHeaders().set("ETag", etag);
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + start + "-" + (content.length - 1) + "/" + content.length);
            exchange.sendResponseHeaders(206, content.length - start);
            exchange.getResponseBody().write(content, start, content.length - start);
        };
    }

    /** Returns the content without its length. */
    static Answer chunked(byte[] content) {
        return exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(content);
            }
        };
    }

    static Answer status(int status) {
        return exchange -> exchange.sendResponseHeaders(status, -1);
    }

    static Answer redirect(String to) {
        return exchange -> {
            exchange.getResponseHeaders().set("Location", to);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
