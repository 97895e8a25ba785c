package dev.cardinal.zoo.download;

import dev.cardinal.zoo.Backoff;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.FileHash;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.ImportRequest.HashPolicy;
import dev.cardinal.zoo.ModelCard;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Released checkpoints on the local disk, each fetched from its card's URL when it is first asked for.
 *
 * <p>{@code <directory>/<name made of the URL>/<file>} is a complete file whose SHA-256 begins as its card says;
 * {@code <file>.part} is what has arrived of one, {@code <file>.unverified} one that was taken although its hash differs.
 * Instances are thread-safe; two runs that fetch the same file at once do not disturb each other: the second one ends.
 */
public final class CheckpointCache {
    /** Names the directory in the environment. */
    public static final String DIRECTORY_VARIABLE = "CARDINAL_CACHE";

    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

    private final Path directory;
    private final Backoff backoff;

    public CheckpointCache(Path directory) {
        this(directory, Backoff.EXPONENTIAL);
    }

    CheckpointCache(Path directory, Backoff backoff) {
        this.directory = directory;
        this.backoff = backoff;
    }

    /**
     * The user's own: {@code $CARDINAL_CACHE}, else {@code $XDG_CACHE_HOME/cardinal}, else {@code ~/.cache/cardinal}.
     *
     * @param environment the process's environment variables
     * @param home the user's directory
     */
    public static CheckpointCache ofUser(Map<String, String> environment, Path home) {
        String own = environment.getOrDefault(DIRECTORY_VARIABLE, "");
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path caches = xdg.isEmpty() ? home.resolve(".cache") : Path.of(xdg);
        return new CheckpointCache(own.isEmpty() ? caches.resolve("cardinal") : Path.of(own));
    }

    Path directory() {
        return directory;
    }

    /** Whether a card names a file that can be fetched from the web. */
    public static boolean isRemote(ModelCard card) {
        String url = card.source().url();
        return url != null && (url.startsWith("https://") || url.startsWith("http://"));
    }

    /**
     * The released checkpoint of a card, from the cache or from the web.
     *
     * @param card one that {@link #isRemote}
     * @param policy what to do where what arrives is not the file the card names; refused, it is deleted
     * @throws CardinalException if the server does not have it, it is not the file the card names, or there is no room for it
     * @throws IOException if the connection fails for good, or the disk does
     */
    public Path fetch(ModelCard card, HashPolicy policy, ImportProgress progress) throws IOException {
        String url = String.valueOf(card.source().url());
        Path target = target(card, url);
        Path unverified = target.resolveSibling(target.getFileName() + ".unverified");
        if (Files.exists(target)) {
            return target;
        }
        if (policy == HashPolicy.WARN_ON_MISMATCH && Files.exists(unverified)) {
            return unverified;
        }
        Files.createDirectories(target.getParent());
        try (PartialFile part = PartialFile.of(target)) {
            new HttpDownload(url, part, backoff, progress).run();
            String expected = card.source().sha256Prefix();
            String actual = expected == null ? "" : FileHash.sha256(part.path(), progress);
            if (expected == null || actual.startsWith(expected)) {
                part.moveTo(target);
                return target;
            }
            if (policy == HashPolicy.WARN_ON_MISMATCH) {
                part.moveTo(unverified);
                return unverified;
            }
            part.delete();
            throw CardinalException.checkpoint("what " + url + " gave has SHA-256 " + actual + ", card " + card.id()
                    + " expects one that begins with " + expected
                    + ": it is not the released file, and was deleted; --allow-hash-mismatch imports it all the same");
        }
    }

    private Path target(ModelCard card, String url) {
        String file = card.source().file();
        String name = file == null ? url.substring(url.lastIndexOf('/') + 1) : file;
        if (!FILE_NAME.matcher(name).matches() || !isUri(url)) {
            throw CardinalException.card("card " + card.id() + " names file '" + name + "' at " + url
                    + ", which cannot be downloaded; get it another way and name it with --checkpoint");
        }
        String folder =
                UUID.nameUUIDFromBytes(url.getBytes(StandardCharsets.UTF_8)).toString();
        return directory.resolve(folder).resolve(name).toAbsolutePath();
    }

    private static boolean isUri(String url) {
        try {
            return URI.create(url).getHost() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
