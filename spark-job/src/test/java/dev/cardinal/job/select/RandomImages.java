package dev.cardinal.job.select;

import dev.cardinal.job.select.TestTable.Image;
import dev.cardinal.job.select.TestTable.Scored;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Creates rows of predictions tables with the special cases of a selection: ties, NaN, scores of 0 and 1, rows that are not ok, images
 * with the same bytes, classes with few images or none, and paths whose order in UTF-16 differs from that in UTF-8. The same seed
 * creates the same rows.
 */
final class RandomImages {
    static final int CLASSES = 9;
    static final int TOP_K = 5;

    private static final int IMAGES = 160;
    private static final float[] FEW_SCORES = {0f, 0.25f, 0.5f, 1f};
    private static final List<String> NAMES =
            List.of("a", "b c", "é", "日本", "\uFB00", "\uFFFD", "\uD83D\uDE00", "A", "100%25", "z*[1]");

    private final Random random;
    private final Scores scores;

    /** Distribution of the scores. */
    enum Scores {
        CONTINUOUS,
        FEW,
        ALL_ONE
    }

    RandomImages(long seed, Scores scores) {
        this.random = new Random(seed);
        this.scores = scores;
    }

    List<Image> images() {
        List<Image> images = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            String path = "file:/photos/" + NAMES.get(random.nextInt(NAMES.size())) + "/" + (i % 50) + "-" + i + ".jpg";
            String bytes = "bytes of " + random.nextInt(IMAGES);
            images.add(image(path, random.nextInt(20) == 0 ? null : TestTable.sha256(bytes)));
        }
        return images;
    }

    /** Returns another teacher's rows of the same images, of which some are missing and some have changed. */
    List<Image> sameImages(List<Image> images) {
        List<Image> others = new ArrayList<>();
        for (Image image : images) {
            if (random.nextInt(12) > 0) {
                others.add(image(
                        image.path(),
                        random.nextInt(12) == 0 ? TestTable.sha256("changed " + image.path()) : image.sha256()));
            }
        }
        return others;
    }

    private Image image(String path, @Nullable String sha256) {
        if (random.nextInt(10) == 0) {
            return new Image(path, sha256, random.nextBoolean() ? "undecodable" : "empty", null, null);
        }
        return new Image(path, sha256, "ok", predictions(), logits());
    }

    private List<Scored> predictions() {
        // The last class never occurs, and the one before it rarely.
        List<Integer> classes = new ArrayList<>(IntStream.range(0, random.nextInt(8) == 0 ? CLASSES - 1 : CLASSES - 2)
                .boxed()
                .toList());
        Collections.shuffle(classes, random);
        List<Float> values = IntStream.range(0, TOP_K)
                .mapToObj(k -> score())
                .sorted(Comparator.reverseOrder())
                .toList();
        return IntStream.range(0, TOP_K)
                .mapToObj(k -> new Scored(classes.get(k), values.get(k)))
                .toList();
    }

    private Float score() {
        if (random.nextInt(80) == 0) {
            return Float.NaN;
        }
        return switch (scores) {
            case CONTINUOUS -> (float) Math.pow(random.nextDouble(), 3);
            case FEW -> FEW_SCORES[random.nextInt(FEW_SCORES.length)];
            case ALL_ONE -> 1f;
        };
    }

    private List<Float> logits() {
        boolean isBad = random.nextInt(40) == 0;
        return IntStream.range(0, CLASSES)
                .mapToObj(c -> isBad && c == 3 ? Float.NaN : logit())
                .toList();
    }

    private Float logit() {
        return switch (scores) {
            case CONTINUOUS -> (float) (3 * random.nextGaussian());
            case FEW -> (float) random.nextInt(3);
            case ALL_ONE -> 0f;
        };
    }
}
