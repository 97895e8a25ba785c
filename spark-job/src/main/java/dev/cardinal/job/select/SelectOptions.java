package dev.cardinal.job.select;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How images are chosen. Definitions: Yalniz et al. 2019 (arXiv 1905.00546), section 3.2; Xie et al. 2019 (arXiv 1911.04252) for
 * {@link Balance#REPEAT}.
 *
 * @param k images selected for a class, at most; {@link #ALL} for all of them
 * @param p classes in which an image competes: those of its highest scores
 * @param strategy whether {@code p} holds
 * @param perImage how many classes may have an image
 * @param minScore the lowest score that competes, 0 to 1, compared in single precision
 * @param balance whether a short class repeats its images
 * @param temperature what logits are divided by before the softmax; 1 takes scores as they are stored
 * @param dedupe which images are the same
 * @param exclude a file with the SHA-256 of images that are left out
 * @param export the manifest that is written beside the selection
 */
public record SelectOptions(
        long k,
        int p,
        Strategy strategy,
        PerImage perImage,
        double minScore,
        Balance balance,
        double temperature,
        Dedupe dedupe,
        Optional<String> exclude,
        Export export) {

    public static final long DEFAULT_K = 16_000;
    public static final int DEFAULT_P = 10;

    /** {@code k} without a limit. */
    public static final long ALL = Long.MAX_VALUE;

    /** Which of an image's classes compete. */
    public enum Strategy {
        /** Those of its {@code p} highest scores. */
        TOPK,
        /** That of its highest score, whatever {@code p} is. */
        ARGMAX
    }

    /** How many classes may have an image. */
    public enum PerImage {
        /** Every class that selects it. */
        EVERY_CLASS,
        /** Of the classes that select it the one in which it ranks best, then has the higher score, then the lower index. */
        BEST_CLASS
    }

    /** What becomes of a class that selects fewer images than {@code k}. */
    public enum Balance {
        /** It stays short. */
        NONE,
        /** Its images weigh more: {@code k / n} each and one more for the first {@code k mod n} of {@code n}. */
        REPEAT
    }

    /** Which images are the same. */
    public enum Dedupe {
        /** None. */
        NONE,
        /** Those with the same bytes; the first path in the order of its UTF-8 bytes stands for all. */
        SHA256
    }

    /** A manifest for training frameworks. */
    public enum Export {
        /** None. */
        NONE,
        /** CSV files of path, class_index, class_label, score, weight. */
        CSV,
        /** TSV files of a name in a tree with a directory for each class, and the path of the image. */
        IMAGEFOLDER
    }

    /**
     * Options with these values.
     *
     * @throws IllegalArgumentException if a value is out of its range, saying what all of those are
     */
    public SelectOptions {
        List<String> problems = problems(k, p, minScore, balance, temperature);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** What is wrong with values of options, by the options' names on the command line. */
    public static List<String> problems(long k, int p, double minScore, Balance balance, double temperature) {
        List<String> problems = new ArrayList<>();
        if (k < 1) {
            problems.add("--k must be at least 1, or all, not " + k);
        } else if (k > Integer.MAX_VALUE && k != ALL) {
            problems.add("--k must be at most " + Integer.MAX_VALUE + ", or all, not " + k);
        }
        if (p < 1) {
            problems.add("--p must be at least 1, not " + p);
        }
        if (!(minScore >= 0 && minScore <= 1)) {
            problems.add("--min-score must lie between 0 and 1, not " + minScore);
        }
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            problems.add("--temperature must be above 0 and finite, not " + temperature);
        }
        if (k == ALL && balance == Balance.REPEAT) {
            problems.add("--balance repeat fills classes up to --k, which must be a number and not all");
        }
        return problems;
    }

    /** Classes in which an image competes, as the strategy has it. */
    public int competing() {
        return strategy == Strategy.ARGMAX ? 1 : p;
    }

    /** The paper's selection: 16,000 images a class, each in at most its 10 highest classes. */
    public static SelectOptions defaults() {
        return builder().build();
    }

    /** A builder with every default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options that differ from the defaults. Not thread-safe. */
    public static final class Builder {
        private long k = DEFAULT_K;
        private int p = DEFAULT_P;
        private Strategy strategy = Strategy.TOPK;
        private PerImage perImage = PerImage.EVERY_CLASS;
        private double minScore;
        private Balance balance = Balance.NONE;
        private double temperature = 1;
        private Dedupe dedupe = Dedupe.NONE;
        private Optional<String> exclude = Optional.empty();
        private Export export = Export.NONE;

        private Builder() {}

        public Builder k(long value) {
            k = value;
            return this;
        }

        public Builder p(int value) {
            p = value;
            return this;
        }

        public Builder strategy(Strategy value) {
            strategy = value;
            return this;
        }

        public Builder perImage(PerImage value) {
            perImage = value;
            return this;
        }

        public Builder minScore(double value) {
            minScore = value;
            return this;
        }

        public Builder balance(Balance value) {
            balance = value;
            return this;
        }

        public Builder temperature(double value) {
            temperature = value;
            return this;
        }

        public Builder dedupe(Dedupe value) {
            dedupe = value;
            return this;
        }

        public Builder exclude(String file) {
            exclude = Optional.of(file);
            return this;
        }

        public Builder export(Export value) {
            export = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a value is out of its range, saying what all of those are
         */
        public SelectOptions build() {
            return new SelectOptions(k, p, strategy, perImage, minScore, balance, temperature, dedupe, exclude, export);
        }
    }
}
