package dev.cardinal.job.label;

import dev.cardinal.job.source.ListingSchema;
import dev.cardinal.udf.fetch.ImageRef;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The images of a plan in order, in files. The driver reads them itself: a Spark job would wait for the tasks of the commit in progress.
 * Reading to the end, or closing, closes the open file. Lives on the driver; not thread-safe.
 */
final class StoredPlan implements Iterator<ImageRef>, Closeable {
    private final Configuration configuration;
    private final Iterator<FileStatus> files;
    private final StructType schema;
    private @Nullable ParquetReader<Group> open;
    private @Nullable Group next;

    private StoredPlan(Configuration configuration, Iterator<FileStatus> files, StructType schema) {
        this.configuration = configuration;
        this.files = files;
        this.schema = schema;
    }

    /** Computes sorted rows of a listing and stores them below a directory. */
    static StoredPlan store(Dataset<Row> sorted, Path directory, Configuration configuration) throws IOException {
        sorted.write().parquet(directory.toString());
        FileSystem fileSystem = directory.getFileSystem(configuration);
        // Spark numbers the files in the order of the rows.
        Iterator<FileStatus> files = TableFiles.list(fileSystem, directory).stream()
                .sorted(Comparator.comparing(file -> file.getPath().getName()))
                .iterator();
        StoredPlan plan = new StoredPlan(configuration, files, sorted.schema());
        plan.advance();
        return plan;
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public ImageRef next() {
        if (next == null) {
            throw new NoSuchElementException();
        }
        ImageRef image = ListingSchema.image(row(next));
        try {
            advance();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the plan of the run", e);
        }
        return image;
    }

    private void advance() throws IOException {
        next = open == null ? null : open.read();
        while (next == null && files.hasNext()) {
            close();
            open = ParquetReader.builder(new GroupReadSupport(), files.next().getPath())
                    .withConf(configuration)
                    .build();
            next = open.read();
        }
        if (next == null) {
            close();
        }
    }

    private Row row(Group group) {
        StructField[] fields = schema.fields();
        Object[] values = new Object[fields.length];
        for (int i = 0; i < fields.length; i++) {
            values[i] = value(group, fields[i].name(), fields[i].dataType());
        }
        return RowFactory.create(values);
    }

    private static @Nullable Object value(Group group, String field, DataType type) {
        if (group.getFieldRepetitionCount(field) == 0) {
            return null;
        }
        if (type.equals(DataTypes.LongType)) {
            return group.getLong(field, 0);
        }
        return type.equals(DataTypes.BooleanType) ? (Object) group.getBoolean(field, 0) : group.getString(field, 0);
    }

    @Override
    public void close() throws IOException {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
