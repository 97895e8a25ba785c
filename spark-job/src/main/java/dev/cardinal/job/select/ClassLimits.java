package dev.cardinal.job.select;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * The number of images that each class selects, at most. Immutable; serializable.
 *
 * @param limits limits by class index
 */
record ClassLimits(List<Limit> limits) implements Serializable {
    ClassLimits {
        limits = new ArrayList<>(limits); // serializable with Kryo
    }

    /**
     * A number of images, or a share of the candidates.
     *
     * @param images the number, or {@link SelectOptions#ALL}; ignored if there is a percentage
     * @param percent the percentage, or 0
     */
    record Limit(long images, double percent) implements Serializable {
        /** Returns the number for a class with this number of candidates. */
        long of(long candidates) {
            return percent == 0
                    ? images
                    : BigDecimal.valueOf(percent)
                            .multiply(BigDecimal.valueOf(candidates))
                            .movePointLeft(2)
                            .setScale(0, RoundingMode.CEILING)
                            .longValueExact();
        }

        /** Parses {@code 100}, {@code all} or {@code 2.5%}; returns null for another text. */
        static @Nullable Limit parse(String text) {
            if (text.equalsIgnoreCase("all")) {
                return new Limit(SelectOptions.ALL, 0);
            }
            if (text.matches("\\d{1,3}(\\.\\d{1,9})?%")) {
                double percent = Double.parseDouble(text.substring(0, text.length() - 1));
                return percent > 0 && percent <= 100 ? new Limit(0, percent) : null;
            }
            return text.matches("\\d{1,9}") ? new Limit(Long.parseLong(text), 0) : null;
        }
    }

    /** Returns the same limit for all classes. */
    static ClassLimits same(int classes, long images) {
        return new ClassLimits(Collections.nCopies(classes, new Limit(images, 0)));
    }

    /**
     * Returns the limits of a selection. Classes of groups have none: {@link Quotas#ofGroups} limits the groups.
     *
     * @throws CardinalException if the file cannot be used
     */
    static ClassLimits of(SelectOptions options, List<ClassLabel> classes, Configuration configuration)
            throws IOException {
        if (options.rules().groupBy().isPresent()) {
            return same(classes.size(), SelectOptions.ALL);
        }
        if (options.rules().kFile().isEmpty()) {
            return same(classes.size(), options.k());
        }
        ClassFile<Limit> file = ClassFile.read(
                "--k-file",
                options.rules().kFile().get(),
                classes,
                Limit::parse,
                "a number, a percentage or all",
                configuration);
        List<Limit> limits = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            Limit limit = file.of(c, new Limit(options.k(), 0));
            if (limit.percent() == 0
                    && limit.images() == SelectOptions.ALL
                    && options.balance() == SelectOptions.Balance.REPEAT) {
                throw CardinalException.usage("--balance repeat needs a number of images for every class, but --k-file "
                        + options.rules().kFile().get() + " has 'all' for class '"
                        + classes.get(c).name() + "'");
            }
            limits.add(limit);
        }
        return new ClassLimits(limits);
    }
}
