package dev.cardinal.zoo;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an image becomes the input of a network, as the framework that trained it did.
 *
 * @param resize edge that the shorter side is scaled to, in pixels; null keeps the image as it is
 * @param crop edge of the square cut from the centre, in pixels; null keeps the whole image
 * @param interpolation filter of the resize; pillow-bilinear when a card does not say
 * @param cropRounding how half a pixel of crop offset is rounded; half-even when a card does not say
 * @param mean subtracted from each of the three channels, on pixels scaled to 0..1
 * @param std divides each of the three channels, on pixels scaled to 0..1
 */
public record Preprocessing(
        @Nullable Integer resize,
        @Nullable Integer crop,
        Interpolation interpolation,
        CropRounding cropRounding,
        List<Double> mean,
        List<Double> std)
        implements Serializable {

    /** Filter of the resize. */
    public enum Interpolation {
        /** Pillow's antialiased triangle filter on 8-bit pixels. */
        @JsonProperty("pillow-bilinear")
        PILLOW_BILINEAR,
        /** Torch7's Catmull-Rom bicubic with aligned corners, not antialiased. */
        @JsonProperty("torch7-bicubic")
        TORCH7_BICUBIC
    }

    /** How half a pixel of crop offset is rounded. */
    public enum CropRounding {
        /** To the even neighbour, as Python's {@code round} in torchvision. */
        @JsonProperty("half-even")
        HALF_EVEN,
        /** Upwards, as fb.resnet.torch does. */
        @JsonProperty("ceil")
        CEIL
    }

    private static final int MAX_EDGE = 8192;

    private static boolean isEdge(@Nullable Integer pixels) {
        return pixels == null || (pixels >= 1 && pixels <= MAX_EDGE);
    }

    public Preprocessing {
        Problems problems = new Problems();
        problems.require(isEdge(resize), "resize must be 1 to " + MAX_EDGE + ", not " + resize);
        problems.require(isEdge(crop), "crop must be 1 to " + MAX_EDGE + ", not " + crop);
        problems.require(resize == null || crop != null, "resize without crop leaves images of different sizes");
        problems.require(
                mean != null && mean.size() == 3 && mean.stream().allMatch(Double::isFinite),
                "mean must be three finite numbers, not " + mean);
        problems.require(
                std != null && std.size() == 3 && std.stream().allMatch(s -> Double.isFinite(s) && s > 0),
                "std must be three positive numbers, not " + std);
        problems.throwIfAny("preprocessing");
        interpolation = interpolation == null ? Interpolation.PILLOW_BILINEAR : interpolation;
        cropRounding = cropRounding == null ? CropRounding.HALF_EVEN : cropRounding;
        mean = List.copyOf(mean);
        std = List.copyOf(std);
    }
}
