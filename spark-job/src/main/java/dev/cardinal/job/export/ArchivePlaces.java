package dev.cardinal.job.export;

import static org.apache.spark.sql.functions.col;

import dev.cardinal.job.export.ExportOptions.SourceReading;
import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.shard.ImageIterator;
import dev.cardinal.udf.shard.ShardFile;
import dev.cardinal.udf.shard.ShardFormat;
import dev.cardinal.udf.shard.ShardIndex;
import dev.cardinal.udf.task.TaskResources;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/** Finds out where the images of archives and tables are: lists the archives again, on the executors. */
final class ArchivePlaces {
    static final StructType SCHEMA = new StructType()
            .add("path", DataTypes.StringType)
            .add("file", DataTypes.StringType)
            .add("container", DataTypes.StringType)
            .add("position", DataTypes.LongType)
            .add("length", DataTypes.LongType)
            .add("problem", DataTypes.StringType);

    private ArchivePlaces() {}

    /** An archive that contains selected images. */
    private record ArchiveSource(ShardFile file, String format) implements java.io.Serializable {}

    /** Returns the paths of a selection that may be in archives. */
    static Dataset<Row> paths(Dataset<Row> selection) {
        return selection
                .select("path")
                .filter(col("path").contains(ShardFormat.MEMBER))
                .distinct();
    }

    /** Returns the selected images that are in archives, with their places. */
    static Dataset<Row> of(
            Dataset<Row> paths,
            SourceReading reading,
            Broadcast<SerializableConfiguration> configuration,
            SparkSession spark) {
        JavaRDD<ArchiveSource> archives = paths.as(Encoders.STRING())
                .javaRDD()
                .mapPartitions(texts -> archives(texts, configuration.value().value()))
                .distinct();
        int tasks = Math.max(
                1, 4 * JavaSparkContext.fromSparkContext(spark.sparkContext()).defaultParallelism());
        RecordFields fields = new RecordFields(reading.imageField().orElse(null), null, null, List.of());
        ArrayList<String> extensions = new ArrayList<>(reading.memberExtensions());
        JavaRDD<Row> members = archives.repartition(tasks)
                .flatMap(archive -> images(archive, configuration.value().value(), fields, extensions))
                .map(ArchivePlaces::row);
        return spark.createDataFrame(members, SCHEMA).join(paths, "path");
    }

    private static Iterator<ArchiveSource> archives(Iterator<String> paths, Configuration configuration)
            throws IOException {
        Map<String, Boolean> areFiles = new HashMap<>();
        List<ArchiveSource> archives = new ArrayList<>();
        while (paths.hasNext()) {
            String path = paths.next();
            for (int at = path.indexOf(ShardFormat.MEMBER); at > 0; at = path.indexOf(ShardFormat.MEMBER, at + 1)) {
                String archive = path.substring(0, at);
                Boolean isFile = areFiles.get(archive);
                if (isFile == null) {
                    FileStatus status = file(archive, configuration);
                    isFile = status != null;
                    areFiles.put(archive, isFile);
                    if (status != null) {
                        archives.add(new ArchiveSource(
                                new ShardFile(archive, status.getLen(), status.getModificationTime()),
                                ShardFormat.ofArchive(path, archive).name()));
                    }
                }
                if (isFile) {
                    break;
                }
            }
        }
        return archives.iterator();
    }

    private static @Nullable FileStatus file(String archive, Configuration configuration) throws IOException {
        Path path = new Path(archive);
        try {
            FileStatus status = Retry.of(configuration)
                    .call("find " + archive, () -> FileSystems.fileSystem(path, configuration)
                            .getFileStatus(path));
            return status.isFile() ? status : null;
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    private static ImageIterator images(
            ArchiveSource archive, Configuration configuration, RecordFields fields, List<String> extensions)
            throws IOException {
        ImageIterator images = ShardIndex.of(ShardFormat.valueOf(archive.format()), configuration, fields, extensions)
                .images(archive.file());
        TaskResources.closeWithTask(TaskContext.get(), images);
        return images;
    }

    private static Row row(ImageRef image) {
        ImageRef.Problem problem = image.problem();
        return RowFactory.create(
                image.path(),
                image.location().file(),
                image.location().container().name(),
                image.location().position(),
                image.length(),
                problem == null ? null : problem.error());
    }

    /** Returns whether images of a container can be read in any order without reading much else. */
    static boolean isRandomAccess(ImageContainer container) {
        return container.isSplittable() && container != ImageContainer.PARQUET;
    }
}
