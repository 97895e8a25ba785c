package dev.cardinal.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/** Computes the SHA-256 of files, streams and arrays. Thread-safe. */
public final class FileHash {
    private static final int BUFFER_BYTES = 1 << 20;

    private FileHash() {}

    /** Returns the SHA-256 of a file, 64 lower-case hex digits. */
    public static String sha256(Path file, ImportProgress progress) throws IOException {
        AtomicLong done = new AtomicLong();
        progress.step("checking " + file.getFileName(), Files.size(file), done::get);
        try (InputStream in = Files.newInputStream(file)) {
            return sha256(in, done);
        }
    }

    /** Returns the SHA-256 of a stream, read to its end, as 64 lower-case hex digits. Does not close the stream. */
    public static String sha256(InputStream in) throws IOException {
        return sha256(in, new AtomicLong());
    }

    /** Returns the SHA-256 of an array, 64 lower-case hex digits. */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    private static String sha256(InputStream in, AtomicLong done) throws IOException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            digest.update(buffer, 0, count);
            done.addAndGet(count);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Returns a new SHA-256 digest. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
