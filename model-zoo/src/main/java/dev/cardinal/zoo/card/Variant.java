package dev.cardinal.zoo.card;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * What distinguishes a network from the plain ResNet and ResNeXt of torchvision. A card omits what is plain.
 *
 * <p>Sources: squeeze-and-excitation (Hu et al. 2018, arXiv 1709.01507), average-pooled shortcuts (He et al. 2019, arXiv
 * 1812.01187, ResNet-D), anti-aliasing (Zhang 2019, arXiv 1904.11486), pre-activation (He et al. 2016, arXiv
 * 1603.05027), types of shortcuts (fb.resnet.torch, {@code models/resnet.lua}).
 *
 * @param shortcut how the input of a block is added if the output has another size
 * @param normalization where batch normalization is in a block
 * @param squeezeExcitation whether a block multiplies its channels by weights that it computes from their averages
 * @param antiAliasing filter of blocks that halve the size; their 3x3 convolution then has stride 1
 * @param stemChannels planes of the first stage; 64 if the card does not set it, 16 in the CIFAR ResNets
 */
public record Variant(
        ShortcutType shortcut,
        Normalization normalization,
        Boolean squeezeExcitation,
        AntiAliasing antiAliasing,
        Integer stemChannels)
        implements Serializable {

    static final int STEM_CHANNELS = 64;
    private static final int MAX_STEM_CHANNELS = 1024;

    /** The plain network. */
    static final Variant PLAIN = new Variant(
            ShortcutType.PROJECTION, Normalization.AFTER_CONVOLUTION, false, AntiAliasing.NONE, STEM_CHANNELS);

    /** How the input of a block is added if the output has another size. */
    public enum ShortcutType {
        /** A 1x1 convolution with the stride of the block; type B of fb.resnet.torch. */
        @JsonProperty("projection")
        PROJECTION,
        /** Average pooling with the stride of the block, then a 1x1 convolution. */
        @JsonProperty("pooled-projection")
        POOLED_PROJECTION,
        /** Every second pixel, with channels of zeros after the others; type A. */
        @JsonProperty("zero-padded")
        ZERO_PADDED,
        /** A 1x1 convolution in every block, even if the size stays; type C. */
        @JsonProperty("projection-in-every-block")
        PROJECTION_IN_EVERY_BLOCK
    }

    /** Where batch normalization is in a block. */
    public enum Normalization {
        /** After each convolution. */
        @JsonProperty("after-convolution")
        AFTER_CONVOLUTION,
        /** After each convolution but the last, and after the addition of the shortcut. */
        @JsonProperty("after-addition")
        AFTER_ADDITION,
        /** With ReLU before each convolution; nothing follows the addition. */
        @JsonProperty("pre-activation")
        PRE_ACTIVATION
    }

    /** The low-pass filter before pixels are left out. */
    public enum AntiAliasing {
        @JsonProperty("none")
        NONE,
        /** The average of 2x2 pixels. */
        @JsonProperty("average")
        AVERAGE,
        /** The binomial filter of 3x3 pixels, with reflected edges. */
        @JsonProperty("blur")
        BLUR
    }

    public Variant {
        shortcut = shortcut == null ? ShortcutType.PROJECTION : shortcut;
        normalization = normalization == null ? Normalization.AFTER_CONVOLUTION : normalization;
        squeezeExcitation = squeezeExcitation != null && squeezeExcitation;
        antiAliasing = antiAliasing == null ? AntiAliasing.NONE : antiAliasing;
        stemChannels = stemChannels == null ? STEM_CHANNELS : stemChannels;
        CardProblems problems = new CardProblems();
        problems.require(
                stemChannels >= 1 && stemChannels <= MAX_STEM_CHANNELS,
                "stem_channels must be 1 to " + MAX_STEM_CHANNELS + ", not " + stemChannels);
        boolean usual = normalization == Normalization.AFTER_CONVOLUTION;
        problems.require(
                usual || (!squeezeExcitation && antiAliasing == AntiAliasing.NONE),
                "squeeze_excitation and anti_aliasing need normalization after-convolution");
        problems.require(
                usual || shortcut != ShortcutType.POOLED_PROJECTION,
                "shortcut pooled-projection needs normalization after-convolution");
        problems.throwIfAny("variant");
    }
}
