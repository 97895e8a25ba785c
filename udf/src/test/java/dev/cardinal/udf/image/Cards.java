package dev.cardinal.udf.image;

import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.CropRounding;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Preprocessing of model cards for tests. */
final class Cards {

    private static final List<Double> ZEROS = List.of(0.0, 0.0, 0.0);
    private static final List<Double> ONES = List.of(1.0, 1.0, 1.0);

    private Cards() {}

    /** Returns torchvision's evaluation transform. */
    static Preprocessing torchvision(@Nullable Integer resize, @Nullable Integer crop) {
        return new Preprocessing(resize, crop, Interpolation.PILLOW_BILINEAR, CropRounding.HALF_EVEN, ZEROS, ONES);
    }

    /** Returns fb.resnet.torch's evaluation transform. */
    static Preprocessing torch7(int resize, int crop) {
        return new Preprocessing(resize, crop, Interpolation.TORCH7_BICUBIC, CropRounding.CEIL, ZEROS, ONES);
    }
}
