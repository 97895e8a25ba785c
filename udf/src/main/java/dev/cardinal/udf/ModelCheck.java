package dev.cardinal.udf;

import dev.cardinal.udf.Classifier.Scores;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.GoldenSample;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.ServedModel;
import dev.cardinal.zoo.serving.SessionSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks a model where it has just been loaded, before its first image. Stateless and thread-safe; lives on executors. */
final class ModelCheck {
    private static final Logger LOG = LoggerFactory.getLogger(ModelCheck.class);

    /** Share of the largest logit; processors differ by about 1e-5 in 32-bit arithmetic. */
    private static final double FP32_TOLERANCE = 1e-3;

    /** For numbers with 11 bits of precision, fp16 and what GPUs round the factors of 32-bit products to: 20 times 2^-11. */
    private static final double BITS_11_TOLERANCE = 1e-2;

    /** For bfloat16, which has 8 bits: 13 times 2^-8. */
    private static final double BITS_8_TOLERANCE = 5e-2;

    /** How far the sum of probabilities may be from 1: sums of many small numbers in 16 bits are that far. */
    private static final double SUM_TOLERANCE = 0.05;

    private static final int USUAL_EDGE = 224;

    private ModelCheck() {}

    /**
     * Asks the model.
     *
     * @param settings of the classifier's session
     * @param directory where its files are
     * @throws CardinalException if its answer is not what it should be
     */
    static void run(ServedModel model, SessionSettings settings, Classifier classifier, Path directory) {
        switch (model.check()) {
            case GOLDEN_SAMPLE -> checkGolden(model, settings, classifier, GoldenSample.read(directory));
            case TRIAL -> {
                LOG.info(
                        "{} was made elsewhere and has no golden sample: the form of its answers is checked, not the numbers",
                        model.modelId());
                checkTrial(model, classifier);
            }
        }
    }

    /**
     * How far a logit may be from the one of the import, as a share of the largest: rounding in every layer moves logits by a few
     * units of the last place, a wrong weight or layout by far more. Classes whose logits are more than twice as far apart keep
     * their order.
     */
    static double tolerance(SessionSettings settings) {
        return switch (settings.precision()) {
            case FP32 -> settings.device().kind() == Device.Kind.GPU ? BITS_11_TOLERANCE : FP32_TOLERANCE;
            case FP16 -> BITS_11_TOLERANCE;
            case BF16 -> BITS_8_TOLERANCE;
        };
    }

    /** Asks the model what it was asked where it was imported. */
    private static void checkGolden(
            ServedModel model, SessionSettings settings, Classifier classifier, GoldenSample golden) {
        Scores scores = classifier
                .classify(List.of(golden.pixels()), golden.height(), golden.width())
                .get(0);
        float[] logits = Objects.requireNonNull(scores.logits());
        requireClasses(model, "logits", logits);
        golden.difference(logits, tolerance(settings)).ifPresent(difference -> {
            throw CardinalException.model("model " + model.modelId()
                    + " gives other numbers on this executor (" + settings.device() + ", "
                    + settings.precision().name().toLowerCase(Locale.ROOT) + ") than where it was imported: "
                    + difference
                    + ". Look at TensorFlow's native library on this machine, and whether the bundle is whole");
        });
    }

    /** A wrong card would label every image wrongly and fail nowhere. */
    private static void checkTrial(ServedModel model, Classifier classifier) {
        Integer crop = model.preprocessing().crop();
        int edge = crop == null ? USUAL_EDGE : crop;
        Scores scores = classifier
                .classify(List.of(GoldenSample.pattern(edge)), edge, edge)
                .get(0);
        if (scores.logits() != null) {
            requireClasses(model, "logits", scores.logits());
        }
        requireClasses(model, "probabilities", scores.probabilities());
        double sum = 0;
        boolean within = true;
        for (float probability : scores.probabilities()) {
            sum += probability;
            within &= probability >= 0 && probability <= 1 + SUM_TOLERANCE;
        }
        if (!within || !(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
            throw CardinalException.model("model " + model.modelId() + " gives no probabilities in its output '"
                    + model.io().probabilities() + "': for an ordinary image their sum is " + sum
                    + (within ? "" : ", and some lie outside of 0 to 1")
                    + "; if they are logits, name the output as output.logits in the card");
        }
    }

    private static void requireClasses(ServedModel model, String what, float[] values) {
        int classes = model.labels().size();
        if (values.length != classes) {
            throw CardinalException.model("model " + model.modelId() + " gives " + values.length + " " + what + " for "
                    + classes + " labels: its card is of another model");
        }
    }
}
