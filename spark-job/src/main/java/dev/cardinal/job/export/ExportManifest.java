package dev.cardinal.job.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The content of manifest.json: the same for the same selection, options and images.
 *
 * @param parameters what determines the shards
 * @param models models that made the predictions
 * @param samples number of samples
 * @param missing number of samples whose image could not be read
 * @param splits train, and holdout if there is one
 */
record ExportManifest(
        Map<String, String> parameters, List<String> models, long samples, long missing, List<Split> splits) {

    /**
     * A split.
     *
     * @param name of the split
     * @param samples number of samples
     * @param shards its shards, in order
     * @param classes number of samples by class
     */
    record Split(String name, long samples, List<Shard> shards, List<ClassCount> classes) {}

    /** A shard. */
    record Shard(String file, long samples, long bytes, String sha256) {}

    /** The number of samples whose first class is this one. */
    record ClassCount(int classIndex, String classLabel, long samples) {}

    /**
     * Returns the manifest of an export.
     *
     * @param records summaries of its shards, in order
     * @param classes number of samples by class, for each split
     */
    static ExportManifest of(
            ExportParameters parameters,
            List<String> models,
            List<String> labels,
            List<ShardRecord> records,
            Map<String, Map<Integer, Long>> classes) {
        Map<String, List<ShardRecord>> bySplit = new TreeMap<>();
        records.forEach(record -> bySplit.computeIfAbsent(record.split(), name -> new ArrayList<>())
                .add(record));
        List<Split> splits = new ArrayList<>();
        // In the order train, holdout.
        new TreeMap<>(bySplit)
                .descendingMap()
                .forEach((name, all) -> splits.add(split(name, all, labels, classes.getOrDefault(name, Map.of()))));
        long missing = records.stream().mapToLong(ShardRecord::missingSamples).sum();
        return new ExportManifest(
                parameters.values(),
                models,
                splits.stream().mapToLong(Split::samples).sum(),
                missing,
                splits);
    }

    private static Split split(
            String name, List<ShardRecord> records, List<String> labels, Map<Integer, Long> classes) {
        List<ClassCount> counts = new ArrayList<>();
        new TreeMap<>(classes).forEach((index, count) -> counts.add(new ClassCount(index, labels.get(index), count)));
        return new Split(
                name,
                records.stream().mapToLong(ShardRecord::samples).sum(),
                records.stream()
                        .map(each -> new Shard(each.file(), each.samples(), each.bytes(), each.sha256()))
                        .toList(),
                counts);
    }
}
