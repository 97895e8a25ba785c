package dev.cardinal.zoo.card;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.cardinal.zoo.CardinalException;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conversion of an image into the input of a network, identical to that of the framework that trained it.
 *
 * @param resize length to which the shorter side is scaled, in pixels; another crop mode may scale other sides; null
 *     disables scaling
 * @param crop edge of the center crop, in pixels; null keeps the whole image
 * @param interpolation filter for scaling; pillow-bilinear if the card does not set it
 * @param cropRounding rounding of a crop offset of half a pixel; half-even if the card does not set it
 * @param mean one value per channel, subtracted from pixels scaled to 0..1
 * @param std one value per channel, the divisor after subtraction of the mean
 * @param cropMode what scaling does with images that are not square; null is the usual center crop
 */
public record Preprocessing(
        @Nullable Integer resize,
        @Nullable Integer crop,
        Interpolation interpolation,
        CropRounding cropRounding,
        List<Double> mean,
        List<Double> std,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable CropMode cropMode)
        implements Serializable {

    /**
     * What scaling does with images that are not square, with the names of timm's {@code create_transform}; the crop is
     * always in the center.
     */
    public enum CropMode {
        /** Scales both sides to {@code resize}, so that the proportions change. */
        @JsonProperty("squash")
        SQUASH,
        /** Scales the longer side to {@code resize}, and adds a border of the mean color. */
        @JsonProperty("border")
        BORDER
    }

    /** Filter for scaling. */
    public enum Interpolation {
        /** Pillow's antialiased triangle filter on 8-bit pixels. */
        @JsonProperty("pillow-bilinear")
        PILLOW_BILINEAR,
        /** Pillow's antialiased bicubic filter (a = -0.5) on 8-bit pixels; timm's "bicubic". */
        @JsonProperty("pillow-bicubic")
        PILLOW_BICUBIC,
        /** Pillow's Lanczos filter with a radius of 3 on 8-bit pixels. */
        @JsonProperty("pillow-lanczos")
        PILLOW_LANCZOS,
        /** Pillow's box filter on 8-bit pixels. */
        @JsonProperty("pillow-box")
        PILLOW_BOX,
        /** Pillow's Hamming filter on 8-bit pixels. */
        @JsonProperty("pillow-hamming")
        PILLOW_HAMMING,
        /** Torch7's Catmull-Rom bicubic with aligned corners, not antialiased. */
        @JsonProperty("torch7-bicubic")
        TORCH7_BICUBIC
    }

    /** Rounding of a crop offset of half a pixel. */
    public enum CropRounding {
        /** To the even neighbor, as Python's {@code round} in torchvision. */
        @JsonProperty("half-even")
        HALF_EVEN,
        /** Upwards, as fb.resnet.torch does. */
        @JsonProperty("ceil")
        CEIL
    }

    private static final int MAX_EDGE = 8192;
    /** Shares are multiples of 1 / 200, as timm's {@code crop_pct} usually is. */
    private static final double SHARES = 200;

    private static boolean isEdge(@Nullable Integer pixels) {
        return pixels == null || (pixels >= 1 && pixels <= MAX_EDGE);
    }

    public Preprocessing {
        CardProblems problems = new CardProblems();
        problems.require(isEdge(resize), "resize must be 1 to " + MAX_EDGE + ", not " + resize);
        problems.require(isEdge(crop), "crop must be 1 to " + MAX_EDGE + ", not " + crop);
        problems.require(resize == null || crop != null, "resize without crop gives images of different sizes");
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

    /** Creates the usual preprocessing, with a center crop. */
    public Preprocessing(
            @Nullable Integer resize,
            @Nullable Integer crop,
            Interpolation interpolation,
            CropRounding cropRounding,
            List<Double> mean,
            List<Double> std) {
        this(resize, crop, interpolation, cropRounding, mean, std, null);
    }

    /** Returns this preprocessing with another crop mode. */
    public Preprocessing withCropMode(@Nullable CropMode mode) {
        return new Preprocessing(resize, crop, interpolation, cropRounding, mean, std, mode);
    }

    /**
     * Returns this preprocessing for another edge of the crop: images are scaled to the edge divided by the share, rounded
     * down as in timm.
     *
     * @param edge edge of the crop, in pixels
     * @param share share of the scaled side that the crop keeps, above 0 and at most 1; null keeps that of this
     *     preprocessing
     * @throws CardinalException if the edge or the share is outside its range
     */
    public Preprocessing withSize(int edge, @Nullable Double share) {
        if (share != null && !(share > 0 && share <= 1)) {
            throw CardinalException.card("the crop share must be above 0 and at most 1, not " + share);
        }
        double kept = share != null ? share : cropShare();
        int scaled = (int) Math.floor(edge / kept);
        return new Preprocessing(scaled, edge, interpolation, cropRounding, mean, std, cropMode);
    }

    /**
     * Returns the share of the scaled side that the crop keeps: timm's {@code crop_pct}, a multiple of 0.005, if it gives
     * the same size.
     */
    private double cropShare() {
        if (resize == null || crop == null) {
            return 1;
        }
        double exact = (double) crop / resize;
        // timm rounds crop / crop_pct down, so that crop_pct is at most the exact share; 1e-9 is for the rounding of
        // doubles.
        double multiple = Math.floor(exact * SHARES + 1e-9) / SHARES;
        return Math.floor(crop / multiple) == resize ? multiple : exact;
    }
}
