package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.model.Classifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A classifier of images with several views: classifies all views with a model and averages each image's results. An image is
 * {@code views x height x width x 3} bytes, one view after another.
 *
 * <p>Probabilities and features are means. Logits are the logarithms of the mean probabilities, so that their softmax is the
 * probabilities, as it is with one view.
 *
 * <p>Does not own the model; the task returns its lease. Thread-safe, because the model is. Lives on executors.
 */
final class ViewAverage implements Classifier {
    private final Classifier model;
    private final int views;
    private final int batchSize;

    private ViewAverage(Classifier model, int views, int batchSize) {
        this.model = model;
        this.views = views;
        this.batchSize = batchSize;
    }

    /**
     * Returns a classifier of images with this number of views: the model itself if there is one view.
     *
     * @param batchSize maximum number of views that the model classifies at once
     */
    static Classifier of(Classifier model, int views, int batchSize) {
        return views == 1 ? model : new ViewAverage(model, views, batchSize);
    }

    @Override
    public List<Scores> classify(List<byte[]> images, int height, int width) {
        List<byte[]> all = new ArrayList<>(images.size() * views);
        for (byte[] image : images) {
            int bytes = height * width * 3;
            if (image.length != views * bytes) {
                throw new IllegalArgumentException("an image has " + image.length + " bytes instead of those of "
                        + views + " views of " + width + " x " + height + " pixels");
            }
            for (int at = 0; at < image.length; at += bytes) {
                all.add(Arrays.copyOfRange(image, at, at + bytes));
            }
        }
        List<Scores> scores = new ArrayList<>(all.size());
        for (int start = 0; start < all.size(); start += batchSize) {
            scores.addAll(model.classify(all.subList(start, Math.min(start + batchSize, all.size())), height, width));
        }
        List<Scores> averages = new ArrayList<>(images.size());
        for (int start = 0; start < scores.size(); start += views) {
            averages.add(average(scores.subList(start, start + views)));
        }
        return averages;
    }

    private static Scores average(List<Scores> ofImage) {
        List<float[]> logits = new ArrayList<>();
        List<float[]> probabilities = new ArrayList<>();
        List<float[]> features = new ArrayList<>();
        for (Scores view : ofImage) {
            probabilities.add(view.probabilities());
            addIfPresent(view.logits(), logits);
            addIfPresent(view.features(), features);
        }
        return new Scores(
                logits.isEmpty() ? null : logOfMeanSoftmax(logits),
                mean(probabilities),
                features.isEmpty() ? null : mean(features));
    }

    private static void addIfPresent(float @Nullable [] values, List<float[]> to) {
        if (values != null) {
            to.add(values);
        }
    }

    private static float[] mean(List<float[]> ofViews) {
        float[] mean = new float[ofViews.get(0).length];
        for (int i = 0; i < mean.length; i++) {
            double sum = 0;
            for (float[] view : ofViews) {
                sum += view[i];
            }
            mean[i] = (float) (sum / ofViews.size());
        }
        return mean;
    }

    /** Computes log(mean(softmax(logits))) in logarithms, so that the smallest probabilities do not become 0. */
    private static float[] logOfMeanSoftmax(List<float[]> ofViews) {
        double[] logSums = ofViews.stream()
                .mapToDouble(
                        logits -> logSumExp(IntStream.range(0, logits.length).mapToDouble(c -> logits[c])))
                .toArray();
        double logOfViews = Math.log(ofViews.size());
        float[] logs = new float[ofViews.get(0).length];
        for (int c = 0; c < logs.length; c++) {
            int index = c;
            logs[c] = (float) (logSumExp(IntStream.range(0, logSums.length)
                            .mapToDouble(view -> ofViews.get(view)[index] - logSums[view]))
                    - logOfViews);
        }
        return logs;
    }

    /** Computes log(sum(exp(values))), with the largest value subtracted from all. */
    private static double logSumExp(DoubleStream values) {
        double[] all = values.toArray();
        double largest = Arrays.stream(all).max().orElseThrow();
        return largest
                + Math.log(Arrays.stream(all)
                        .map(value -> Math.exp(value - largest))
                        .sum());
    }

    /** Does nothing: the model belongs to the task's lease. */
    @Override
    public void close() {}
}
