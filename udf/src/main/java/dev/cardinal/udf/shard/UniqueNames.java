package dev.cardinal.udf.shard;

/**
 * Makes repeated names unique: {@code a.jpg}, {@code a.jpg#2}, {@code a.jpg#3}.
 *
 * <p>Stores 12 bytes for each name, a hash and a count, for at most {@value #MAX_NAMES} names: at most 200 MB. Two
 * names whose 64-bit hashes are equal are treated as repeated. With the maximum number of names this happens in one of
 * half a million archives, and then in the same way each time.
 */
final class UniqueNames {
    static final int MAX_NAMES = 8_000_000;

    private long[] hashes = new long[1 << 10];
    private int[] counts = new int[1 << 10];
    private int names;

    /** Returns the name, or if it was returned before, the name with the next number that makes it unique. */
    String unique(String name) throws CorruptShardException {
        if (add(name)) {
            return name;
        }
        int number = counts[slot(hash(name))] + 1;
        while (!add(name + "#" + number)) {
            number++;
        }
        counts[slot(hash(name))] = number;
        return name + "#" + number;
    }

    /** Records a name; returns whether it is new. */
    private boolean add(String name) throws CorruptShardException {
        if (names >= MAX_NAMES) {
            throw new CorruptShardException("the archive has more than " + MAX_NAMES + " images: split it");
        }
        if (2 * names >= hashes.length) {
            grow();
        }
        long hash = hash(name);
        int slot = slot(hash);
        if (counts[slot] > 0) {
            return false;
        }
        hashes[slot] = hash;
        counts[slot] = 1;
        names++;
        return true;
    }

    private int slot(long hash) {
        int slot = (int) hash & hashes.length - 1;
        while (counts[slot] != 0 && hashes[slot] != hash) {
            slot = slot + 1 & hashes.length - 1;
        }
        return slot;
    }

    private void grow() {
        long[] oldHashes = hashes;
        int[] oldCounts = counts;
        hashes = new long[2 * oldHashes.length];
        counts = new int[2 * oldCounts.length];
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldCounts[i] != 0) {
                int slot = slot(oldHashes[i]);
                hashes[slot] = oldHashes[i];
                counts[slot] = oldCounts[i];
            }
        }
    }

    /** Computes FNV-1a over UTF-16 units, followed by one more mixing step. */
    static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        return hash ^ hash >>> 29;
    }
}
