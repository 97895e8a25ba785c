package dev.cardinal.job.export;

import dev.cardinal.job.common.AtomicFiles;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.job.export.ExportOptions.Reencoding;
import dev.cardinal.job.export.PlaceFetcher.MissingImageException;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageExtension;
import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Writes one shard: reads its images in the shuffled order, and appends them. Holds a bounded number of images. Serialized with tasks.
 */
final class ShardTask implements Function2<Integer, Iterator<TrainingSample>, Iterator<String>> {
    private static final long serialVersionUID = 1L;

    /** Images that a task reads at a time: enough for stores whose answers take long. */
    private static final int READS = 16;

    private final ExportLayout layout;
    private final ArrayList<ShardName> shards;
    private final ArrayList<String> labels;
    private final @Nullable Reencoding reencoding;
    private final RecordFields fields;
    private final Broadcast<SerializableConfiguration> configuration;

    /**
     * @param shards shards to write, one for each partition
     * @param labels names of all classes, in the order of their indices
     */
    ShardTask(
            ExportLayout layout,
            List<ShardName> shards,
            List<String> labels,
            @Nullable Reencoding reencoding,
            RecordFields fields,
            Broadcast<SerializableConfiguration> configuration) {
        this.layout = layout;
        this.shards = new ArrayList<>(shards);
        this.labels = new ArrayList<>(labels);
        this.reencoding = reencoding;
        this.fields = fields;
        this.configuration = configuration;
    }

    @Override
    public Iterator<String> call(Integer partition, Iterator<TrainingSample> samples) throws IOException {
        Configuration hadoop = configuration.value().value();
        ShardName shard = shards.get(partition);
        try (ExportLayout.OpenOutput output = layout.open(hadoop);
                ShardOutput file = new ShardOutput(
                        output.fileSystem(),
                        new org.apache.hadoop.fs.Path(layout.root(), layout.shard(shard)),
                        layout.work());
                ReadAhead images = new ReadAhead(samples, READS, hadoop, fields);
                Encoding encoding = Encoding.of(reencoding)) {
            ShardWriter writer = writer(file, output, shard, hadoop);
            ShardRecord record = write(shard, images, encoding, writer, file);
            AtomicFiles.write(layout.record(shard), JsonMappers.RECORDS.writeValueAsBytes(record), hadoop);
            return List.of(shard.file()).iterator();
        }
    }

    private ShardWriter writer(ShardOutput file, ExportLayout.OpenOutput output, ShardName shard, Configuration hadoop)
            throws IOException {
        return switch (layout.format()) {
            case WEBDATASET -> new WebDatasetWriter(file.stream());
            case TFRECORD -> new TfRecordShardWriter(file.stream());
            case PARQUET -> new ParquetShardWriter(file.stream(), labels, hadoop);
            case IMAGEFOLDER -> new ImageFolderWriter(file.stream(), output.fileSystem(), layout.split(shard));
        };
    }

    private ShardRecord write(
            ShardName shard, ReadAhead images, Encoding encoding, ShardWriter writer, ShardOutput file)
            throws IOException {
        Map<Integer, Long> classes = new TreeMap<>();
        List<ShardRecord.Missing> missing = new ArrayList<>();
        long written = 0;
        for (long position = 0; images.hasNext(); position++) {
            ReadAhead.Read read = images.next();
            TrainingSample sample = read.sample();
            String path = sample.place().path();
            if (read.problem() != null) {
                missing.add(new ShardRecord.Missing(path, read.problem()));
                continue;
            }
            try {
                byte[] image = encoding.encode(read.encoded());
                writer.write(new WrittenSample(
                        shard.key(position),
                        image,
                        ImageExtension.of(image).orElse("bin"),
                        path,
                        read.sha256(),
                        image == read.encoded() ? null : FileHash.sha256(image),
                        sample));
            } catch (MissingImageException e) {
                missing.add(new ShardRecord.Missing(path, String.valueOf(e.getMessage())));
                continue;
            }
            written++;
            classes.merge(sample.first().index(), 1L, Long::sum);
        }
        writer.finish();
        file.commit();
        return new ShardRecord(
                shard.split(),
                layout.shard(shard),
                written,
                file.bytes(),
                writer.bytesOutside(),
                file.sha256(),
                classes,
                missing.size(),
                missing);
    }
}
