package dev.cardinal.job.select;

import dev.cardinal.job.select.SelectOptions.Balance;
import dev.cardinal.zoo.PublicApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Rules of a selection that differ between classes.
 *
 * @param kFile file with the number of images of some classes; the others select {@link SelectOptions#k}
 * @param quota limit of images that come from one source
 * @param minPrecision lowest precision of the candidates of a class
 * @param adaptiveScore lowest score of the class that the teacher knows best; other classes have lower ones (FlexMatch, Zhang et al. 2021,
 *     arXiv 2110.08263)
 * @param groupBy file with the group of some classes; the classes of a group select {@link SelectOptions#k} images together
 * @param align {@link #UNIFORM}, or a file with shares of classes: the mean probability of every class is changed to this share
 *     (distribution alignment, Berthelot et al. 2019, arXiv 1911.09785)
 */
@PublicApi
public record ClassRules(
        Optional<String> kFile,
        Optional<Quota> quota,
        Optional<MinPrecision> minPrecision,
        OptionalDouble adaptiveScore,
        Optional<String> groupBy,
        Optional<String> align) {

    /** No class differs from the others. */
    public static final ClassRules NONE = new ClassRules(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalDouble.empty(),
            Optional.empty(),
            Optional.empty());

    /** Value of {@link #align} for equal shares. */
    public static final String UNIFORM = "uniform";

    /**
     * Limits the images of a class that come from one source, such as a camera: those with the highest scores remain candidates.
     *
     * @param column column of the predictions table, kept from the input; images without a value are one source
     * @param images number of images of a class and a source, at most
     */
    public record Quota(String column, long images) {}

    /**
     * Requires a precision of each class, according to labeled images.
     *
     * @param precision lowest share of correct predictions
     * @param evaluation directory of an evaluation of the same model
     */
    public record MinPrecision(double precision, String evaluation) {}

    /**
     * Returns the problems of these values with other options, with the names of the command-line options.
     *
     * @param k {@link SelectOptions#k}
     * @param balance {@link SelectOptions#balance}
     */
    public List<String> problems(long k, Balance balance) {
        List<String> problems = new ArrayList<>();
        quota.filter(each -> each.images() < 1)
                .ifPresent(each ->
                        problems.add("--per " + each.column() + " must allow at least 1 image, not " + each.images()));
        minPrecision
                .filter(each -> !(each.precision() > 0 && each.precision() <= 1))
                .ifPresent(
                        each -> problems.add("--min-precision must be above 0 and at most 1, not " + each.precision()));
        if (adaptiveScore.isPresent() && !(adaptiveScore.getAsDouble() > 0 && adaptiveScore.getAsDouble() <= 1)) {
            problems.add("--adaptive-score must be above 0 and at most 1, not " + adaptiveScore.getAsDouble());
        }
        if (groupBy.isPresent() && (kFile.isPresent() || k == SelectOptions.ALL || balance != Balance.NONE)) {
            problems.add("--group-by needs a number --k of images of each group, and cannot be combined with --k-file"
                    + " or --balance repeat");
        }
        return problems;
    }

    ClassRules withKFile(String file) {
        return new ClassRules(Optional.of(file), quota, minPrecision, adaptiveScore, groupBy, align);
    }

    ClassRules withQuota(Quota other) {
        return new ClassRules(kFile, Optional.of(other), minPrecision, adaptiveScore, groupBy, align);
    }

    ClassRules withMinPrecision(MinPrecision other) {
        return new ClassRules(kFile, quota, Optional.of(other), adaptiveScore, groupBy, align);
    }

    ClassRules withAdaptiveScore(double score) {
        return new ClassRules(kFile, quota, minPrecision, OptionalDouble.of(score), groupBy, align);
    }

    ClassRules withGroupBy(String file) {
        return new ClassRules(kFile, quota, minPrecision, adaptiveScore, Optional.of(file), align);
    }

    ClassRules withAlign(String shares) {
        return new ClassRules(kFile, quota, minPrecision, adaptiveScore, groupBy, Optional.of(shares));
    }
}
