package dev.cardinal.zoo.download;

import dev.cardinal.zoo.Backoff;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.FileHash;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.convert.ImportRequest.HashPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A cache of released checkpoints on the local disk. Each one is downloaded from its card's URL at the first request.
 *
 * <p>{@code <directory>/<hash of the URL>/<file>} is a complete file whose SHA-256 begins with the card's prefix;
 * {@code <file>.part} is an incomplete download, and {@code <file>.unverified} a file that was accepted although its
 * hash differs. Thread-safe. Of two runs that download the same file at once, the second one fails without touching the
 * file.
 */
public final class CheckpointCache {
    /** Environment variable that names the cache directory. */
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
     * Returns the user's cache: {@code $CARDINAL_CACHE}, else {@code $XDG_CACHE_HOME/cardinal}, else
     * {@code ~/.cache/cardinal}.
     *
     * @param environment the process's environment variables
     * @param home the user's home directory
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

    /** Returns whether the checkpoint of a card can be downloaded. */
    public static boolean isRemote(ModelCard card) {
        String url = card.source().url();
        return url != null && (url.startsWith("https://") || url.startsWith("http://"));
    }

    /**
     * Returns the released checkpoint of a card, from the cache or after a download.
     *
     * @param card a card for which {@link #isRemote} is true
     * @param policy what to do if the file's hash is not the card's; a file that is refused is deleted
     * @throws CardinalException if the server does not have the file, its hash is not the card's, or the disk is full
     * @throws IOException if all attempts to connect fail, or the disk fails
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
            throw CardinalException.checkpoint("the file from " + url + " has SHA-256 " + actual + ", but card "
                    + card.id() + " expects one that begins with " + expected
                    + ": it is not the released file and was deleted; --allow-hash-mismatch imports it anyway");
        }
    }

    private Path target(ModelCard card, String url) {
        String file = card.source().file();
        String name = file == null ? url.substring(url.lastIndexOf('/') + 1) : file;
        if (!FILE_NAME.matcher(name).matches() || !isUri(url)) {
            throw CardinalException.card("card " + card.id() + " names file '" + name + "' at " + url
                    + ", which cannot be downloaded; get the file another way and pass it with --checkpoint");
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
