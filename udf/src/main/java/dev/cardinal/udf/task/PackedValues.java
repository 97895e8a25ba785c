package dev.cardinal.udf.task;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Moves and stores the values of RDDs in the format of Java's serialization, whatever {@code spark.serializer} is: Kryo, which many clusters
 * set, cannot write records. Spark sees only byte arrays, each with the values of a chunk. Stateless and thread-safe.
 */
public final class PackedValues {
    /** Values in a byte array: enough that the names of their classes take little of it. */
    private static final int CHUNK = 256;

    private PackedValues() {}

    /** Distributes values of the driver over partitions, like {@link JavaSparkContext#parallelize}. */
    public static <T> JavaRDD<T> parallelize(JavaSparkContext spark, List<T> values, int partitions) {
        List<byte[]> packed = new ArrayList<>(partitions);
        for (int i = 0; i < partitions; i++) {
            long size = values.size();
            packed.add(pack(values.subList((int) (i * size / partitions), (int) ((i + 1) * size / partitions))));
        }
        return unpacked(spark.parallelize(packed, partitions));
    }

    /** Returns all values, like {@link JavaRDD#collect}. */
    public static <T> List<T> collect(JavaRDD<T> values) {
        List<T> all = new ArrayList<>();
        for (byte[] chunk : packed(values, Integer.MAX_VALUE).collect()) {
            all.addAll(PackedValues.<T>unpack(chunk));
        }
        return all;
    }

    /**
     * Redistributes values over partitions, like {@link JavaRDD#repartition}.
     *
     * @param chunk number of values that stay together
     */
    public static <T> JavaRDD<T> repartition(JavaRDD<T> values, int partitions, int chunk) {
        return unpacked(packed(values, chunk).repartition(partitions));
    }

    /** Returns the values in chunks, to be cached. */
    public static <T> JavaRDD<byte[]> packed(JavaRDD<T> values) {
        return packed(values, CHUNK);
    }

    private static <T> JavaRDD<byte[]> packed(JavaRDD<T> values, int chunk) {
        return values.mapPartitions(all -> new Chunks<>(all, chunk));
    }

    /** Returns the values of chunks. */
    public static <T> JavaRDD<T> unpacked(JavaRDD<byte[]> chunks) {
        return chunks.flatMap(chunk -> PackedValues.<T>unpack(chunk).iterator());
    }

    /** Packs the values of a partition when they are needed. Not thread-safe. */
    private static final class Chunks<T> implements Iterator<byte[]> {
        private final Iterator<T> values;
        private final int size;

        private Chunks(Iterator<T> values, int size) {
            this.values = values;
            this.size = size;
        }

        @Override
        public boolean hasNext() {
            return values.hasNext();
        }

        @Override
        public byte[] next() {
            if (!values.hasNext()) {
                throw new NoSuchElementException();
            }
            List<T> chunk = new ArrayList<>();
            while (values.hasNext() && chunk.size() < size) {
                chunk.add(values.next());
            }
            return pack(chunk);
        }
    }

    private static byte[] pack(List<?> values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new ArrayList<>(values));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @SuppressWarnings("unchecked") // the chunk was packed from values of this type
    private static <T> List<T> unpack(byte[] chunk) {
        try (ObjectInputStream in = new ContextClasses(new ByteArrayInputStream(chunk))) {
            return (List<T>) in.readObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("the classes of the job jar are not available to this task", e);
        }
    }

    /** Finds classes with the class loader of the task, which has the jars that the user added. */
    private static final class ContextClasses extends ObjectInputStream {
        ContextClasses(InputStream in) throws IOException {
            super(in);
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass type) throws IOException, ClassNotFoundException {
            ClassLoader loader = Thread.currentThread().getContextClassLoader();
            try {
                return loader == null ? super.resolveClass(type) : Class.forName(type.getName(), false, loader);
            } catch (ClassNotFoundException e) {
                return super.resolveClass(type); // primitive types, and threads without the class loader of the job
            }
        }
    }
}
