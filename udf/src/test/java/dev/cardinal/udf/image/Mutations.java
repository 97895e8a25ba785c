package dev.cardinal.udf.image;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Damages files: truncates them, flips bits, or joins the head of one to the tail of another. Repeatable by its seed.
 */
public final class Mutations {

    private static final int HEADER_BYTES = 64;
    private static final byte[] EXTREMES = {0, 1, 0x7f, (byte) 0x80, (byte) 0xfe, (byte) 0xff};

    private final List<byte[]> files;
    private final Random random;

    public Mutations(List<byte[]> files, long seed) {
        this.files = List.copyOf(files);
        this.random = new Random(seed);
    }

    public byte[] next() {
        return damage(files.get(random.nextInt(files.size())));
    }

    /** Returns a damaged copy of a file. */
    public byte[] damage(byte[] whole) {
        byte[] file = whole.clone();
        return switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(file, random.nextInt(file.length));
            case 1 -> flipBits(file, file.length);
            case 2 -> flipBits(file, Math.min(file.length, HEADER_BYTES));
            case 3 -> splice(file, files.get(random.nextInt(files.size())));
            default -> setExtremes(file);
        };
    }

    private byte[] flipBits(byte[] file, int within) {
        for (int i = 1 + random.nextInt(16); i > 0; i--) {
            file[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
        }
        return file;
    }

    private byte[] splice(byte[] head, byte[] tail) {
        int from = random.nextInt(tail.length);
        int headBytes = random.nextInt(Math.min(head.length, 4 * HEADER_BYTES));
        byte[] spliced = Arrays.copyOf(head, headBytes + tail.length - from);
        System.arraycopy(tail, from, spliced, headBytes, tail.length - from);
        return spliced;
    }

    private byte[] setExtremes(byte[] file) {
        int at = random.nextInt(Math.min(file.length, 4 * HEADER_BYTES));
        byte extreme = EXTREMES[random.nextInt(EXTREMES.length)];
        Arrays.fill(file, at, Math.min(file.length, at + 1 + random.nextInt(4)), extreme);
        return file;
    }
}
