package dev.cardinal.zoo.download;

import dev.cardinal.zoo.Backoff;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.download.PartialFile.RemoteVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Downloads one file over HTTP (RFC 9110, sections 13 and 14).
 *
 * <p>If a connection is cut, refused, or stalls for a minute, the download pauses, connects again and continues where
 * it stopped: {@code Range} requests the rest, and {@code If-Range} requests the whole file if it has changed. If a
 * server ignores both and sends the whole file, the partial file is replaced. The download fails after five consecutive
 * attempts without a new byte.
 *
 * <p>It uses {@link HttpURLConnection} because the JDK's {@code HttpClient} has no timeout for a stalled read. Not
 * thread-safe.
 */
final class HttpDownload {
    private static final int MAX_FAILURES = 5;
    private static final int MAX_REDIRECTS = 5;
    private static final int CONNECT_MILLIS = 30_000;
    private static final int STALL_MILLIS = 60_000;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    private final String url;
    private final PartialFile part;
    private final Backoff backoff;
    private final ImportProgress progress;
    private final AtomicLong arrived = new AtomicLong();

    HttpDownload(String url, PartialFile part, Backoff backoff, ImportProgress progress) {
        this.url = url;
        this.part = part;
        this.backoff = backoff;
        this.progress = progress;
    }

    /**
     * Completes the partial file.
     *
     * @throws CardinalException if the server does not have the file, or the disk is full
     * @throws IOException if all attempts to connect fail, or the disk fails
     */
    void run() throws IOException {
        long furthest = part.length();
        int failures = 0;
        while (true) {
            try {
                attempt();
                return;
            } catch (UnknownHostException | SSLHandshakeException | SSLPeerUnverifiedException e) {
                throw new IOException("cannot connect to " + url + advice(), e);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            } catch (IOException e) {
                failures = part.length() > furthest ? 1 : failures + 1;
                furthest = Math.max(furthest, part.length());
                if (failures == MAX_FAILURES) {
                    throw new IOException(
                            "download of " + url + " failed " + MAX_FAILURES + " times in a row: " + reason(e) + "; "
                                    + part.length() + " bytes are kept in " + part.path()
                                    + ", run the same command again to continue",
                            e);
                }
                backoff.pause(failures);
            }
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private void attempt() throws IOException {
        RemoteVersion started = part.version();
        if (started == null || !started.url().equals(url)) {
            part.drop();
            started = null;
        } else if (started.length() == part.length()) {
            return;
        }
        HttpURLConnection connection = connect(started);
        try {
            switch (connection.getResponseCode()) {
                case HttpURLConnection.HTTP_OK -> {
                    RemoteVersion version =
                            new RemoteVersion(url, validator(connection), connection.getContentLengthLong());
                    part.restart(version);
                    receive(connection, version);
                }
                case HttpURLConnection.HTTP_PARTIAL -> receive(connection, continued(connection, started));
                case RANGE_NOT_SATISFIABLE -> throw startOver("the partial download is longer than the file");
                default -> throw refused(connection.getResponseCode());
            }
        } finally {
            connection.disconnect();
        }
    }

    private HttpURLConnection connect(@Nullable RemoteVersion started) throws IOException {
        URI at = URI.create(url);
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            HttpURLConnection connection = (HttpURLConnection) at.toURL().openConnection();
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(STALL_MILLIS);
            connection.setRequestProperty("Accept-Encoding", "identity");
            if (started != null) {
                connection.setRequestProperty("Range", "bytes=" + part.length() + "-");
                if (started.validator() != null) {
                    connection.setRequestProperty("If-Range", started.validator());
                }
            }
            String location = connection.getHeaderField("Location");
            if (!REDIRECTS.contains(connection.getResponseCode()) || location == null) {
                return connection;
            }
            connection.disconnect();
            at = redirected(at, location);
        }
        throw CardinalException.checkpoint(url + " redirects more than " + MAX_REDIRECTS + " times" + advice());
    }

    /** Follows redirects to http and https only, and never from https to http. */
    private URI redirected(URI from, String location) {
        try {
            URI to = from.resolve(location);
            if ("https".equals(to.getScheme()) || ("http".equals(to.getScheme()) && "http".equals(from.getScheme()))) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            // not a URI: refused below
        }
        throw CardinalException.checkpoint(url + " redirects to '" + location + "', which is not followed" + advice());
    }

    private IOException refused(int status) throws IOException {
        if (status == REQUEST_TIMEOUT
                || status == TOO_MANY_REQUESTS
                || status >= HttpURLConnection.HTTP_INTERNAL_ERROR) {
            return new IOException("the server answered " + status);
        }
        throw CardinalException.checkpoint("download of " + url + " failed: the server answered " + status + advice());
    }

    private static String advice() {
        return "; get the file another way and pass it with --checkpoint";
    }

    private IOException startOver(String reason) throws IOException {
        part.drop();
        return new IOException(reason);
    }

    private RemoteVersion continued(HttpURLConnection connection, @Nullable RemoteVersion started) throws IOException {
        String field = String.valueOf(connection.getHeaderField("Content-Range"));
        Matcher range = CONTENT_RANGE.matcher(field);
        if (started == null || !range.matches() || Long.parseLong(range.group(1)) != part.length()) {
            throw startOver("the server sent the range '" + field + "', which was not requested");
        }
        long length = range.group(3).equals("*") ? -1 : Long.parseLong(range.group(3));
        String validator = validator(connection);
        boolean changed = started.validator() != null && validator != null && !validator.equals(started.validator());
        if (changed || length != started.length()) {
            throw startOver("the file has changed on the server");
        }
        return started;
    }

    private static @Nullable String validator(HttpURLConnection connection) {
        String etag = connection.getHeaderField("ETag");
        return etag == null || etag.startsWith("W/") ? connection.getHeaderField("Last-Modified") : etag;
    }

    private void receive(HttpURLConnection connection, RemoteVersion version) throws IOException {
        requireRoom(version.length() - part.length());
        arrived.set(part.length());
        progress.step(
                "downloading " + url.substring(url.lastIndexOf('/') + 1), Math.max(0, version.length()), arrived::get);
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = connection.getInputStream()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                write(buffer, count);
            }
        }
        if (version.length() >= 0 && part.length() != version.length()) {
            throw new IOException("the connection ended after " + part.length() + " of " + version.length() + " bytes");
        }
    }

    /** Wraps a failure of the local disk, so that it does not lead to another attempt. */
    private void write(byte[] buffer, int count) {
        try {
            part.append(buffer, count);
            arrived.addAndGet(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void requireRoom(long bytes) throws IOException {
        long free = Files.getFileStore(part.path()).getUsableSpace();
        if (bytes > free) {
            throw CardinalException.output(part.path().getParent() + " has " + free + " bytes free, but " + bytes
                    + " more bytes are needed for " + url + "; free some space, or set "
                    + CheckpointCache.DIRECTORY_VARIABLE
                    + " to another directory");
        }
    }
}
