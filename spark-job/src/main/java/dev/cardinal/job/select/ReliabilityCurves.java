package dev.cardinal.job.select;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.job.select.ClassRules.MinPrecision;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * How often predictions of each class were correct, by bins of their score, from the {@code metrics.json} of an evaluation. Lives on the
 * driver; not thread-safe.
 */
final class ReliabilityCurves {
    private static final int BINS = 15;
    /** A class with fewer evaluated predictions is judged by all predictions together. */
    static final int FEWEST = 20;

    private final long[][] images;
    private final long[][] correct;
    private final long[] allImages = new long[BINS];
    private final long[] allCorrect = new long[BINS];

    ReliabilityCurves(int classes) {
        images = new long[classes][BINS];
        correct = new long[classes][BINS];
    }

    /**
     * Opens an evaluation.
     *
     * @throws CardinalException if it is not one, is older than the curves, or evaluated another model
     */
    static ReliabilityCurves open(MinPrecision rule, String model, int classes, Configuration configuration)
            throws IOException {
        Path file = new Path(UserPaths.of("evaluation", rule.evaluation()), "metrics.json");
        JsonNode metrics;
        try (InputStream in = file.getFileSystem(configuration).open(file)) {
            metrics = JsonMappers.RECORDS.readTree(in);
        } catch (FileNotFoundException e) {
            throw CardinalException.input(
                    "--evaluation " + rule.evaluation() + " has no metrics.json, which 'evaluate' writes");
        } catch (JsonProcessingException e) {
            throw CardinalException.input(file + " is not JSON: " + e.getOriginalMessage());
        }
        if (!metrics.path("model").asText().equals(model)) {
            throw CardinalException.input("--evaluation " + rule.evaluation() + " evaluates "
                    + metrics.path("model").asText() + ", but the predictions are of " + model);
        }
        if (!metrics.has("class_reliability")) {
            throw CardinalException.input(
                    "--evaluation " + rule.evaluation() + " has no class_reliability: run 'evaluate' of this version");
        }
        ReliabilityCurves curves = new ReliabilityCurves(classes);
        for (JsonNode of : metrics.path("class_reliability")) {
            int c = of.path("class_index").asInt();
            for (int b = 0; b < BINS; b++) {
                curves.add(
                        c,
                        b,
                        of.path("n").path(b).asLong(),
                        of.path("correct").path(b).asLong());
            }
        }
        return curves;
    }

    void add(int classIndex, int bin, long n, long right) {
        images[classIndex][bin] += n;
        correct[classIndex][bin] += right;
        allImages[bin] += n;
        allCorrect[bin] += right;
    }

    /**
     * Returns, for each class, the lowest score for which the predictions of the class with this score or a higher one are as precise as
     * required: the lower edge of a bin, exclusive. It is infinite if there is none.
     */
    float[] lowestScores(double precision) {
        float[] scores = new float[images.length];
        float ofAll = lowestScore(allImages, allCorrect, precision);
        for (int c = 0; c < scores.length; c++) {
            boolean hasEnough = Arrays.stream(images[c]).sum() >= FEWEST;
            scores[c] = hasEnough ? lowestScore(images[c], correct[c], precision) : ofAll;
        }
        return scores;
    }

    private static float lowestScore(long[] images, long[] correct, double precision) {
        float lowest = Float.POSITIVE_INFINITY;
        long n = 0;
        long right = 0;
        for (int b = BINS - 1; b >= 0; b--) {
            n += images[b];
            right += correct[b];
            if (images[b] > 0 && right >= precision * n) {
                lowest = b == 0 ? 0 : Math.nextUp((float) ((double) b / BINS));
            }
        }
        return lowest;
    }
}
