package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import dev.cardinal.job.common.ColumnNames;
import dev.cardinal.job.duplicates.Scratch;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Images that can be selected, with the number of images that cannot. Lives on the driver; immutable.
 *
 * @param images path, sha256, predictions (class_index, score), highest first, and columns that the options need; each image once
 * @param count number of these images
 * @param tables number of images in the tables
 * @param excluded number of images that the exclude file lists
 * @param duplicates number of images that are represented by another image with the same bytes
 * @param similar images that look like another one
 */
record EligibleImages(
        Dataset<Row> images, long count, TableCounts tables, long excluded, long duplicates, SimilarImages similar) {
    private static final Column PATH = col("path");
    private static final Column SHA256 = col("sha256");
    private static final ArrayType PREDICTIONS = DataTypes.createArrayType(
            new StructType().add("class_index", DataTypes.IntegerType).add("score", DataTypes.FloatType));
    /**
     * Finds the images. If there is one table, its stored scores suffice and no image is excluded, its rows are used directly.
     * Otherwise the images are written to the run's work directory, because they are read twice.
     *
     * @throws CardinalException if a table cannot be used, or no image is ok for all teachers
     * @throws IOException if a file system fails
     */
    static EligibleImages of(SelectOptions options, RequestCheck checked, SelectOutput output, SparkSession spark)
            throws IOException {
        Optional<String> compared = SimilarImages.column(options.dedupe());
        Optional<String> quota = options.rules().quota().map(ClassRules.Quota::column);
        List<String> ofFirst =
                Stream.concat(quota.stream(), compared.stream()).distinct().toList();
        List<Column> more = quota.stream()
                .map(column -> ColumnNames.named(column).as(Quotas.SOURCE))
                .toList();
        List<Teacher> teachers = new ArrayList<>();
        for (Predictions each : checked.teachers()) {
            teachers.add(Teacher.of(each, teachers.isEmpty() ? ofFirst : List.of(), spark));
        }
        Teacher first = teachers.get(0);
        TableCounts tables = TableCounts.of(teachers);
        Optional<ExcludedImages> excluded =
                ExcludedImages.of(keys(teachers), checked.exclusion(), options.dedupe(), output, spark);
        boolean fromLogits = needsLogits(options, checked.teachers());
        if (excluded.isEmpty() && !fromLogits && first.isOneTable() && compared.isEmpty()) {
            Dataset<Row> images = first.ok(columns(more, PATH, SHA256, col("predictions")));
            return new EligibleImages(images, tables.complete(), tables, 0, 0, SimilarImages.NONE);
        }
        Scratch scratch = new Scratch(output::scratch, spark);
        Dataset<Row> images = scratch.store(
                "images",
                fromLogits
                        ? fromLogits(options, teachers, more, excluded)
                        : without(excluded, first.ok(columns(more, PATH, SHA256, col("predictions")))));
        SimilarImages similar = SimilarImages.NONE;
        if (compared.isPresent()) {
            Dataset<Row> pictures = first.ok(PATH, col(compared.get()));
            similar = SimilarImages.of(images, pictures, options.dedupe(), checked.exclusion(), output, scratch);
            images = scratch.store("different_images", similar.removeFrom(images));
        }
        return new EligibleImages(
                images,
                images.count(),
                tables,
                excluded.map(ExcludedImages::excluded).orElse(0L),
                excluded.map(ExcludedImages::duplicates).orElse(0L),
                similar);
    }

    private static Column[] columns(List<Column> more, Column... columns) {
        return Stream.concat(Stream.of(columns), more.stream()).toArray(Column[]::new);
    }

    /** Returns whether scores must be calculated from logits, because the stored scores do not suffice. */
    static boolean needsLogits(SelectOptions options, List<Predictions> teachers) {
        return options.temperature() != 1
                || options.rules().align().isPresent()
                || teachers.size() > 1
                || options.competing() > teachers.get(0).origin().topK();
    }

    /** Returns path and sha256 of the images that are ok for all teachers. */
    private static Dataset<Row> keys(List<Teacher> teachers) {
        Dataset<Row> keys = teachers.get(0).ok(PATH, SHA256);
        for (Teacher other : teachers.subList(1, teachers.size())) {
            keys = joined(keys, other).select(PATH, SHA256);
        }
        return keys;
    }

    private static Dataset<Row> fromLogits(
            SelectOptions options, List<Teacher> teachers, List<Column> more, Optional<ExcludedImages> excluded)
            throws IOException {
        List<Column> kept = more.isEmpty() ? List.of() : List.of(col(Quotas.SOURCE));
        Dataset<Row> images = without(
                excluded,
                teachers.get(0)
                        .ok(columns(
                                more,
                                PATH,
                                SHA256,
                                array(numbers(teachers.get(0))).as("all"))));
        for (Teacher other : teachers.subList(1, teachers.size())) {
            images = joined(images, other, numbers(other).as("numbers"))
                    .select(columns(
                            kept,
                            PATH,
                            SHA256,
                            concat(col("all"), array(col("numbers"))).as("all")));
        }
        Set<Integer> withProbabilities = IntStream.range(0, teachers.size())
                .filter(teacher -> hasProbabilities(teachers.get(teacher)))
                .boxed()
                .collect(Collectors.toSet());
        List<ClassLabel> classes = teachers.get(0).predictions().origin().classes();
        ScoreFunction scoring =
                new ScoreFunction(classes.size(), options.competing(), options.temperature(), withProbabilities);
        if (options.rules().align().isPresent()) {
            scoring = scoring.times(Alignment.factors(
                    images,
                    scoring,
                    options.rules().align().get(),
                    classes,
                    images.sparkSession().sparkContext().hadoopConfiguration()));
        }
        return images.select(columns(
                kept,
                PATH,
                SHA256,
                udf(scoring, PREDICTIONS).apply(PATH, col("all")).as("predictions")));
    }

    private static Column numbers(Teacher teacher) {
        return col(teacher.predictions().numbers().orElseThrow());
    }

    private static boolean hasProbabilities(Teacher teacher) {
        return teacher.predictions().numbers().equals(Optional.of(Predictions.PROBABILITIES));
    }

    /**
     * Joins images with those of another teacher that have the same path and bytes, and adds these columns of the other. Predictions of
     * other programs can lack the hash of the bytes, which then count as the same.
     */
    private static Dataset<Row> joined(Dataset<Row> images, Teacher other, Column... columns) {
        Column bytes = col("bytes");
        List<Column> read = new ArrayList<>(List.of(PATH.as("other"), SHA256.as("bytes")));
        read.addAll(List.of(columns));
        return images.join(
                        other.ok(read.toArray(Column[]::new)),
                        PATH.equalTo(col("other")).and(coalesce(SHA256.equalTo(bytes), lit(true))))
                .withColumn("sha256", coalesce(SHA256, bytes));
    }

    private static Dataset<Row> without(Optional<ExcludedImages> excluded, Dataset<Row> images) {
        return excluded.isEmpty() ? images : excluded.get().removeFrom(images);
    }
}
