package dev.cardinal.job.export;

import dev.cardinal.job.export.ExportOptions.SoftLabels;
import dev.cardinal.job.export.TrainingSample.ImagePlace;
import dev.cardinal.job.export.TrainingSample.Soft;
import dev.cardinal.udf.model.Softmax;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.apache.spark.api.java.function.PairFunction;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/** Turns rows of the plan into samples. Serialized with tasks; stateless. */
final class PlanRows implements PairFunction<Row, SampleKey, TrainingSample> {
    private static final long serialVersionUID = 1L;

    private final HashMap<ShardName, Integer> partitions = new HashMap<>();
    private final ArrayList<String> labels;
    private final SoftLabels softLabels;
    private final double temperature;

    /** @param shards shards to write; rows of others must be removed before */
    PlanRows(List<ShardName> shards, List<String> labels, ExportOptions.Samples samples) {
        for (ShardName shard : shards) {
            partitions.put(shard, partitions.size());
        }
        this.labels = new ArrayList<>(labels);
        this.softLabels = samples.softLabels();
        this.temperature = samples.temperature();
    }

    boolean holds(Row row) {
        return partitions.containsKey(shard(row));
    }

    private static ShardName shard(Row row) {
        return new ShardName(row.getAs("split"), row.<Integer>getAs("shard"));
    }

    @Override
    public Tuple2<SampleKey, TrainingSample> call(Row row) {
        Integer partition = partitions.get(shard(row));
        if (partition == null) {
            throw new IllegalStateException("no shard for " + row);
        }
        String path = row.getAs("path");
        SampleKey key = new SampleKey(
                partition,
                row.<Long>getAs("order"),
                path,
                row.<Integer>getAs("class_index"),
                row.<Integer>getAs("copy"));
        return new Tuple2<>(key, sample(row));
    }

    /** Returns the sample of a row. */
    TrainingSample sample(Row row) {
        return new TrainingSample(place(row), classes(row), soft(row));
    }

    static ImagePlace place(Row row) {
        String path = row.getAs("path");
        String file = row.getAs("file");
        return file == null
                ? new ImagePlace(path, path, "FILE", 0, 0, row.getAs("sha256"), null)
                : new ImagePlace(
                        path,
                        file,
                        row.getAs("container"),
                        row.<Long>getAs("position"),
                        row.<Long>getAs("length"),
                        row.getAs("sha256"),
                        row.getAs("problem"));
    }

    private List<SampleClass> classes(Row row) {
        List<SampleClass> classes = new ArrayList<>();
        for (Row each : row.<Row>getList(row.fieldIndex("classes"))) {
            int index = each.<Integer>getAs("class_index");
            classes.add(new SampleClass(
                    index,
                    labels.get(index),
                    each.<Float>getAs("score"),
                    each.<Long>getAs("rank"),
                    each.<Double>getAs("weight")));
        }
        return classes;
    }

    private @Nullable Soft soft(Row row) {
        return switch (softLabels) {
            case NONE -> null;
            case LOGITS -> new Soft(null, Softmax.of(floats(row.getList(row.fieldIndex("soft"))), temperature));
            case TOP_K -> topK(row.getList(row.fieldIndex("soft")));
        };
    }

    private Soft topK(List<Row> predictions) {
        int[] classes = new int[predictions.size()];
        float[] scores = new float[predictions.size()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = predictions.get(i).<Integer>getAs("class_index");
            scores[i] = predictions.get(i).<Float>getAs("score");
        }
        return new Soft(classes, Softmax.sharpen(scores, temperature));
    }

    private static float[] floats(List<Float> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return floats;
    }
}
