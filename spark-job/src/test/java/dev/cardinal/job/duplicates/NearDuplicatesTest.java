package dev.cardinal.job.duplicates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cardinal.job.TestSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares near-duplicates with a search that compares every image with every other. */
class NearDuplicatesTest {
    private static final StructType IMAGES = new StructType()
            .add("path", DataTypes.StringType)
            .add("score", DataTypes.FloatType)
            .add("dhash", DataTypes.LongType);

    @TempDir
    private Path directory;

    private record Hashed(
            String path, float score, @Nullable Long hash) {}

    private record Removed(String path, String of, String reason, int distance) {}

    @ParameterizedTest
    @CsvSource({"4, 20000, 400", "0, 2000, 0", "1, 2000, 100", "9, 2000, 0"})
    void imagesThatDoNotStayAreThoseOfBruteForce(int bits, int count, int countOfExcluded) {
        Random random = new Random(bits);
        List<Hashed> images = images(random, "image", count);
        List<Hashed> excluded = images(random, "test", countOfExcluded);

        List<Removed> removed = removed(images, excluded, bits);

        assertThat(removed).containsExactlyInAnyOrderElementsOf(bruteForce(images, excluded, bits));
        assertThat(removed).hasSizeGreaterThan(count / 100);
    }

    /** Clusters of hashes that differ in few bits, and few scores, so that paths decide often. */
    private static List<Hashed> images(Random random, String name, int count) {
        long[] centers = new Random(7).longs(count / 2 + 3).toArray();
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    long hash = centers[random.nextInt(centers.length)];
                    for (int flips = random.nextInt(6); flips > 0; flips--) {
                        hash ^= 1L << random.nextInt(64);
                    }
                    return new Hashed(
                            name + random.nextInt(10) + "-" + i,
                            random.nextInt(4) == 0 ? random.nextFloat() : 0.25f * random.nextInt(4),
                            random.nextInt(50) == 0 ? null : hash);
                })
                .toList();
    }

    @Test
    void chainIsResolvedFromTheBestImage() {
        List<Hashed> images =
                List.of(new Hashed("a", 0.9f, 0b0L), new Hashed("b", 0.8f, 0b11L), new Hashed("c", 0.7f, 0b1111L));

        assertThat(removed(images, List.of(), 2))
                .containsExactly(new Removed("b", "a", NearDuplicates.NEAR_DUPLICATE, 2));
    }

    @Test
    void imageThatLooksLikeAnExcludedOneNeverStays() {
        List<Hashed> images = List.of(new Hashed("a", 1, 0L), new Hashed("b", 0.5f, 1L), new Hashed("c", 0.5f, 3L));

        assertThat(removed(images, List.of(new Hashed("test", 0, 0L)), 1))
                .containsExactlyInAnyOrder(
                        new Removed("a", "test", NearDuplicates.LEAK, 0),
                        new Removed("b", "test", NearDuplicates.LEAK, 1));
    }

    /** Vectors in clusters, with cosines from about 0.9 to 1 within a cluster. */
    @ParameterizedTest
    @CsvSource({"0.9", "0.95", "0.99"})
    void almostAllPairsOfSimilarFeaturesAreFoundAndNoOthers(double limit) {
        Random random = new Random(5);
        int count = 3000;
        float[][] vectors = new float[count][];
        List<Row> items = new ArrayList<>();
        List<Row> features = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Random center = new Random(random.nextInt(count / 4));
            int ofClass = center.nextInt(5);
            float noise = random.nextFloat() * 0.5f;
            vectors[i] = new float[96];
            for (int d = 0; d < vectors[i].length; d++) {
                vectors[i][d] = (float) Math.max(0, center.nextGaussian() + noise * random.nextGaussian());
            }
            vectors[i][95] = ofClass;
            items.add(RowFactory.create("image" + i, (i % 7) / 8f, ofClass));
            features.add(RowFactory.create("image" + i, boxed(vectors[i])));
        }
        Scratch scratch = new Scratch(name -> directory.resolve(name).toString(), TestSpark.session());
        Dataset<Row> images = TestSpark.session()
                .createDataFrame(
                        items,
                        new StructType()
                                .add("path", DataTypes.StringType)
                                .add("score", DataTypes.FloatType)
                                .add("class_index", DataTypes.IntegerType));
        Dataset<Row> described = TestSpark.session()
                .createDataFrame(
                        features,
                        new StructType()
                                .add("path", DataTypes.StringType)
                                .add("features", DataTypes.createArrayType(DataTypes.FloatType)));

        List<Row> removed = NearDuplicates.byFeatures(images, described, Optional.empty(), limit, scratch)
                .collectAsList();

        List<Row> pairs = TestSpark.session()
                .read()
                .parquet(directory.resolve("pairs").toString())
                .collectAsList();
        long expected = IntStream.range(0, count)
                .mapToLong(a -> IntStream.range(a + 1, count)
                        .filter(b -> vectors[a][95] == vectors[b][95] && cosine(vectors[a], vectors[b]) >= limit)
                        .count())
                .sum();
        assertThat(expected).isGreaterThan(200);
        assertThat(pairs.size()).isBetween((int) Math.ceil(FeaturePairs.RECALL * expected), (int) expected);
        assertThat(removed).isNotEmpty().allSatisfy(row -> {
            float[] one = vectors[Integer.parseInt(row.getString(0).substring(5))];
            float[] other = vectors[Integer.parseInt(row.getString(1).substring(5))];
            assertThat(row.getDouble(4))
                    .isCloseTo(cosine(one, other), within(1e-6))
                    .isGreaterThanOrEqualTo(limit);
        });
    }

    private static Float[] boxed(float[] values) {
        Float[] boxed = new Float[values.length];
        for (int i = 0; i < values.length; i++) {
            boxed[i] = values[i];
        }
        return boxed;
    }

    private static double cosine(float[] one, float[] other) {
        double product = 0;
        double squares = 0;
        double others = 0;
        for (int i = 0; i < one.length; i++) {
            product += (double) one[i] * other[i];
            squares += (double) one[i] * one[i];
            others += (double) other[i] * other[i];
        }
        return product / Math.sqrt(squares * others);
    }

    private List<Removed> removed(List<Hashed> images, List<Hashed> excluded, int bits) {
        Scratch scratch = new Scratch(name -> directory.resolve(name).toString(), TestSpark.session());
        Dataset<Row> removed = NearDuplicates.byHash(
                table(images), excluded.isEmpty() ? Optional.empty() : Optional.of(table(excluded)), bits, scratch);
        return removed.collectAsList().stream()
                .map(row -> new Removed(row.getString(0), row.getString(1), row.getString(2), row.getInt(3)))
                .toList();
    }

    private static Dataset<Row> table(List<Hashed> images) {
        return TestSpark.session()
                .createDataFrame(
                        images.stream()
                                .map(each -> RowFactory.create(each.path(), each.score(), each.hash()))
                                .toList(),
                        IMAGES);
    }

    private static List<Removed> bruteForce(List<Hashed> images, List<Hashed> excluded, int bits) {
        List<Hashed> sorted = new ArrayList<>(images);
        sorted.removeIf(each -> each.hash() == null);
        sorted.sort(Comparator.comparing(Hashed::score).reversed().thenComparing(Hashed::path));
        List<Hashed> kept = new ArrayList<>();
        List<Removed> removed = new ArrayList<>();
        for (Hashed image : sorted) {
            Optional<Hashed> leak = excluded.stream()
                    .filter(each -> each.hash() != null && distance(each, image) <= bits)
                    .min(Comparator.comparingInt((Hashed each) -> distance(each, image))
                            .thenComparing(Hashed::path));
            if (leak.isPresent()) {
                removed.add(
                        new Removed(image.path(), leak.get().path(), NearDuplicates.LEAK, distance(leak.get(), image)));
                continue;
            }
            Optional<Hashed> better =
                    kept.stream().filter(each -> distance(each, image) <= bits).findFirst();
            if (better.isPresent()) {
                removed.add(new Removed(
                        image.path(),
                        better.get().path(),
                        NearDuplicates.NEAR_DUPLICATE,
                        distance(better.get(), image)));
            } else {
                kept.add(image);
            }
        }
        return removed;
    }

    private static int distance(Hashed one, Hashed other) {
        Long a = one.hash();
        Long b = other.hash();
        return a == null || b == null ? Long.SIZE : Long.bitCount(a ^ b);
    }
}
