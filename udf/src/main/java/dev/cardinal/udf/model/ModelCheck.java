package dev.cardinal.udf.model;

import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.GoldenSample;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.ServedModel;
import dev.cardinal.zoo.serving.SessionSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks a model after loading, before its first image. Stateless and thread-safe; lives on executors. */
final class ModelCheck {
    private static final Logger LOG = LoggerFactory.getLogger(ModelCheck.class);

    /** As a share of the largest logit; processors differ by about 1e-5 in 32-bit arithmetic. */
    private static final double FP32_TOLERANCE = 1e-3;

    /** For 11 bits of precision: fp16, and the factors of 32-bit products as GPUs round them; 20 times 2^-11. */
    private static final double BITS_11_TOLERANCE = 1e-2;

    /** For the 8 bits of precision of bfloat16: 13 times 2^-8. */
    private static final double BITS_8_TOLERANCE = 5e-2;

    /** Largest difference of the sum of probabilities from 1; sums of many small 16-bit numbers differ that much. */
    private static final double SUM_TOLERANCE = 0.05;

    private static final int USUAL_EDGE = 224;

    private ModelCheck() {}

    /**
     * Runs the model on a golden sample, or on a test image if there is none, and checks its outputs.
     *
     * @param settings settings of the classifier's session
     * @param directory directory with the model's files
     * @throws CardinalException if the outputs are not as expected
     */
    static void run(ServedModel model, SessionSettings settings, Classifier classifier, Path directory) {
        switch (model.check()) {
            case GOLDEN_SAMPLE -> checkGolden(model, settings, classifier, GoldenSample.read(directory));
            case TRIAL -> {
                LOG.info(
                        "model {} was made elsewhere and has no golden sample: only the shape of its outputs is checked",
                        model.modelId());
                checkTrial(model, classifier);
            }
        }
    }

    /**
     * Returns how much a logit may differ from its value at import, as a share of the largest logit. Rounding in every
     * layer changes logits by a few units in the last place, a wrong weight or layout by far more. Classes whose logits
     * differ by more than twice the tolerance keep their order.
     */
    static double tolerance(SessionSettings settings) {
        return switch (settings.precision()) {
            case FP32 -> settings.device().kind() == Device.Kind.GPU ? BITS_11_TOLERANCE : FP32_TOLERANCE;
            case FP16 -> BITS_11_TOLERANCE;
            case BF16 -> BITS_8_TOLERANCE;
        };
    }

    /** Compares the model's logits for the golden sample with those computed at import. */
    private static void checkGolden(
            ServedModel model, SessionSettings settings, Classifier classifier, GoldenSample golden) {
        Scores scores = classifier
                .classify(List.of(golden.pixels()), golden.height(), golden.width())
                .get(0);
        float[] logits = Objects.requireNonNull(scores.logits());
        requireClasses(model, "logits", logits);
        golden.difference(logits, tolerance(settings)).ifPresent(difference -> {
            throw CardinalException.model("model " + model.modelId()
                    + " computes different logits on this executor (" + settings.device() + ", "
                    + settings.precision().name().toLowerCase(Locale.ROOT) + ") than at import: "
                    + difference
                    + ". Check TensorFlow's native library on this machine, and that the bundle is not corrupt");
        });
    }

    /** Checks that the card describes the model; a wrong card would label every image wrongly without any error. */
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
            throw CardinalException.model("model " + model.modelId() + " does not return probabilities in its output '"
                    + model.io().probabilities() + "': for a test image their sum is " + sum
                    + (within ? "" : ", and some are outside of 0 to 1")
                    + "; if they are logits, name the output as output.logits in the card");
        }
    }

    private static void requireClasses(ServedModel model, String what, float[] values) {
        int classes = model.labels().size();
        if (values.length != classes) {
            throw CardinalException.model("model " + model.modelId() + " returns " + values.length + " " + what
                    + " for " + classes + " labels: its card describes another model");
        }
    }
}
