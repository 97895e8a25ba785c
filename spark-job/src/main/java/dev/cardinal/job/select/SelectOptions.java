package dev.cardinal.job.select;

import dev.cardinal.zoo.PublicApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Options of a selection. Definitions: Yalniz et al. 2019 (arXiv 1905.00546), section 3.2; Xie et al. 2019 (arXiv 1911.04252) for
 * {@link Balance#REPEAT}.
 *
 * @param k maximum number of images that a class selects; {@link #ALL} for no limit
 * @param p number of classes in which an image competes: those with its highest scores
 * @param strategy whether {@code p} applies
 * @param perImage how many classes can select an image
 * @param minScore lowest score that competes, 0 to 1, compared in single precision
 * @param balance whether a class with too few images repeats them
 * @param temperature divisor of the logits before the softmax; 1 uses the stored scores
 * @param dedupe which images count as the same
 * @param exclude file with the SHA-256 of images to skip
 * @param export manifest that is written in addition to the selection
 * @param rules rules that differ between classes
 */
@PublicApi
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
        Export export,
        ClassRules rules) {

    public static final long DEFAULT_K = 16_000;
    public static final int DEFAULT_P = 10;

    /** Value of {@code k} for no limit. */
    public static final long ALL = Long.MAX_VALUE;

    /** Classes in which an image competes. */
    public enum Strategy {
        /** The classes with its {@code p} highest scores. */
        TOPK,
        /** The class with its highest score; {@code p} is ignored. */
        ARGMAX
    }

    /** Number of classes that can select an image. */
    public enum PerImage {
        /** Every class that selects it. */
        EVERY_CLASS,
        /** One class: the one in which it has the best rank, then the higher score, then the lower class index. */
        BEST_CLASS
    }

    /** Treatment of a class that selects fewer images than {@code k}. */
    public enum Balance {
        /** It stays short. */
        NONE,
        /** Its {@code n} images have a higher weight: {@code k / n}, and one more for the first {@code k mod n}. */
        REPEAT
    }

    /**
     * Images that count as the same.
     *
     * @param method how they are found
     * @param limit for {@link Method#NEAR} the number of bits in which hashes differ at most; for {@link Method#FEATURES} the least cosine
     *     similarity; else 0
     */
    public record Dedupe(Method method, double limit) {
        /** Every image is different. */
        public static final Dedupe NONE = new Dedupe(Method.NONE, 0);
        /** Images with the same bytes; the one whose path comes first in the order of UTF-8 bytes represents all. */
        public static final Dedupe SHA256 = new Dedupe(Method.SHA256, 0);

        /** Default number of bits for {@link #near}. */
        public static final int DEFAULT_BITS = 6;

        private static final int MOST_BITS = 16;
        private static final double LEAST_COSINE = 0.7;

        /** How images that are the same are found. */
        public enum Method {
            /** Not at all. */
            NONE,
            /** By the hash of their bytes. */
            SHA256,
            /** By the difference hash of their pixels; the image with the highest score represents those that look like it. */
            NEAR,
            /** By the cosine similarity of their features, within a class; the image with the highest score represents the others. */
            FEATURES
        }

        /**
         * Creates a rule.
         *
         * @throws IllegalArgumentException if the limit is out of range
         */
        public Dedupe {
            if (method == Method.NEAR && !(limit >= 0 && limit <= MOST_BITS && limit == Math.rint(limit))) {
                throw new IllegalArgumentException(
                        "--dedupe near must be followed by a number of bits from 0 to " + MOST_BITS + ", not " + limit);
            }
            if (method == Method.FEATURES && !(limit >= LEAST_COSINE && limit <= 1)) {
                throw new IllegalArgumentException(
                        "--dedupe features must be followed by a cosine from " + LEAST_COSINE + " to 1, not " + limit);
            }
        }

        /** Returns the rule for images whose difference hashes differ in at most some bits. */
        public static Dedupe near(int bits) {
            return new Dedupe(Method.NEAR, bits);
        }

        /** Returns the rule for images of one class whose features have at least this cosine similarity. */
        public static Dedupe features(double cosine) {
            return new Dedupe(Method.FEATURES, cosine);
        }

        /**
         * Parses a value of {@code --dedupe}.
         *
         * @throws IllegalArgumentException if it is invalid; the message says why
         */
        public static Dedupe parse(String text) {
            String[] parts = text.toLowerCase(Locale.ROOT).split(":", 2);
            try {
                return switch (text.toLowerCase(Locale.ROOT)) {
                    case "none" -> NONE;
                    case "sha256" -> SHA256;
                    case "near" -> near(DEFAULT_BITS);
                    default -> {
                        if (parts.length == 2 && parts[0].equals("near")) {
                            yield near(Integer.parseInt(parts[1]));
                        }
                        if (parts.length == 2 && parts[0].equals("features")) {
                            yield features(Double.parseDouble(parts[1]));
                        }
                        throw unknown(text);
                    }
                };
            } catch (NumberFormatException e) {
                throw unknown(text);
            }
        }

        private static IllegalArgumentException unknown(String text) {
            return new IllegalArgumentException(
                    "expected none, sha256, near, near:BITS or features:COSINE, not '" + text + "'");
        }

        /** Returns the value of {@code --dedupe} that means this rule. */
        @Override
        public String toString() {
            return switch (method) {
                case NONE -> "none";
                case SHA256 -> "sha256";
                case NEAR -> "near:" + (int) limit;
                case FEATURES -> "features:" + limit;
            };
        }
    }

    /** A manifest for training frameworks. */
    public enum Export {
        /** No manifest. */
        NONE,
        /** CSV files with path, class_index, class_label, score, weight. */
        CSV,
        /** TSV files with a name in a tree that has a directory per class, and the path of the image. */
        IMAGEFOLDER
    }

    /**
     * Creates options with these values.
     *
     * @throws IllegalArgumentException if values are out of range; the message lists them
     */
    public SelectOptions {
        List<String> problems = new ArrayList<>(problems(k, p, minScore, balance, temperature));
        problems.addAll(rules.problems(k, balance));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** Returns the problems of these values, with the names of the command-line options. */
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
            problems.add("--min-score must be between 0 and 1, not " + minScore);
        }
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            problems.add("--temperature must be above 0 and finite, not " + temperature);
        }
        if (k == ALL && balance == Balance.REPEAT) {
            problems.add("--balance repeat fills classes up to --k, which must be a number and not all");
        }
        return problems;
    }

    /** Returns the number of classes in which an image competes, which depends on the strategy. */
    public int competing() {
        return strategy == Strategy.ARGMAX ? 1 : p;
    }

    /** Returns the paper's selection: 16,000 images per class, and each image competes in its 10 highest classes. */
    public static SelectOptions defaults() {
        return builder().build();
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds options that differ from the defaults. Not thread-safe. */
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
        private ClassRules rules = ClassRules.NONE;

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

        /** Reads the number of images of some classes from a file. */
        public Builder kFile(String file) {
            rules = rules.withKFile(file);
            return this;
        }

        /** Limits the images of a class that have the same value in a column of the predictions table. */
        public Builder per(String column, long images) {
            rules = rules.withQuota(new ClassRules.Quota(column, images));
            return this;
        }

        /** Requires a precision of each class, according to the directory of an evaluation. */
        public Builder minPrecision(double precision, String evaluation) {
            rules = rules.withMinPrecision(new ClassRules.MinPrecision(precision, evaluation));
            return this;
        }

        /** Uses FlexMatch's thresholds of classes; this is the one of the class that the teacher knows best. */
        public Builder adaptiveScore(double score) {
            rules = rules.withAdaptiveScore(score);
            return this;
        }

        /** Reads groups of classes from a file; the classes of a group select the number of images together. */
        public Builder groupBy(String file) {
            rules = rules.withGroupBy(file);
            return this;
        }

        /** Aligns the distribution of classes with a file of shares, or with {@link ClassRules#UNIFORM}. */
        public Builder align(String shares) {
            rules = rules.withAlign(shares);
            return this;
        }

        /** Sets all rules that differ between classes. */
        public Builder rules(ClassRules value) {
            rules = value;
            return this;
        }

        /**
         * Returns the options.
         *
         * @throws IllegalArgumentException if values are out of range; the message lists them
         */
        public SelectOptions build() {
            return new SelectOptions(
                    k, p, strategy, perImage, minScore, balance, temperature, dedupe, exclude, export, rules);
        }
    }
}
