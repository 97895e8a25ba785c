package dev.cardinal.job.export;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a task has written, as JSON in {@code _cardinal/shards}. A shard without this file is written again.
 *
 * @param split of the shard
 * @param file path of the shard, below the output
 * @param samples in the shard
 * @param bytes of the shard
 * @param bytesOutside bytes of the images next to the shard
 * @param sha256 SHA-256 of the shard
 * @param classes number of samples by the index of their first class
 * @param missingSamples number of samples whose image could not be read
 * @param missing samples whose image could not be read
 */
record ShardRecord(
        String split,
        String file,
        long samples,
        long bytes,
        long bytesOutside,
        String sha256,
        Map<Integer, Long> classes,
        long missingSamples,
        List<Missing> missing)
        implements Serializable {

    ShardRecord {
        classes = new TreeMap<>(classes);
        missing = List.copyOf(missing);
    }

    /** Returns the same record without what is long: the classes, and all but three of the missing samples. */
    ShardRecord summary() {
        return new ShardRecord(
                split,
                file,
                samples,
                bytes,
                bytesOutside,
                sha256,
                Map.of(),
                missingSamples,
                missing.stream().limit(3).toList());
    }

    /** Adds numbers of samples by class. */
    static Map<Integer, Long> sum(Map<Integer, Long> first, Map<Integer, Long> second) {
        Map<Integer, Long> sum = new TreeMap<>(first);
        second.forEach((index, count) -> sum.merge(index, count, Long::sum));
        return sum;
    }

    /**
     * A sample whose image could not be read.
     *
     * @param path path of the image's row
     * @param reason why
     */
    record Missing(String path, String reason) implements Serializable {}
}
