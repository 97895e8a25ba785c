package dev.cardinal.zoo.card;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The architecture of a ResNet or ResNeXt. It determines name and shape of every tensor in a checkpoint, and the graph.
 *
 * <p>Layout: Xie et al. 2017 (arXiv 1611.05431), section 3 and table 1. As in torchvision, the 3x3 convolution of a
 * bottleneck has the stride, and tensors are named {@code conv1, bn1, layer<stage>.<block>.conv<n>, fc}.
 *
 * @param family name of the architecture family
 * @param stem layers before the first stage
 * @param block type of residual block
 * @param layers blocks in each stage; the stages have 64, 128, 256, 512 planes
 * @param cardinality groups of the 3x3 convolution
 * @param baseWidth channels per group in the first stage
 * @param classes outputs of the last layer
 * @param bnEps value added to the variance in batch normalization; 1e-5 if the card does not set it
 * @param variant what distinguishes it from the plain network; null if nothing does
 */
public record Architecture(
        Family family,
        Stem stem,
        Block block,
        List<Integer> layers,
        int cardinality,
        int baseWidth,
        int classes,
        @Nullable Double bnEps,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Variant variant)
        implements Serializable {

    private static final double DEFAULT_BN_EPS = 1e-5;
    private static final int MAX_STAGES = 4;
    private static final int NOMINAL_EDGE = 224;
    private static final int NOMINAL_CIFAR_EDGE = 32;

    /** Far above every network of the family, but small enough to list and count all tensors. */
    private static final int MAX_BLOCKS = 512;

    private static final int MAX_WIDTH = 1 << 16;

    /** Name of the architecture family. */
    public enum Family {
        @JsonProperty("resnet")
        RESNET,
        @JsonProperty("resnext")
        RESNEXT
    }

    /** Layers before the first stage. */
    public enum Stem {
        /** 7x7 convolution with stride 2, then 3x3 max pooling with stride 2. */
        @JsonProperty("imagenet")
        IMAGENET,
        /** 3x3 convolution with stride 1, without pooling. */
        @JsonProperty("cifar")
        CIFAR,
        /** Three 3x3 convolutions of 32, 32 and 64 channels, the first with stride 2, then max pooling; ResNet-D. */
        @JsonProperty("deep")
        DEEP(32, 32, 64),
        /** As deep, with 24, 32 and 64 channels; ResNet-T. */
        @JsonProperty("deep-tiered")
        DEEP_TIERED(24, 32, 64),
        /** As deep, with 64, 64 and 128 channels; ResNet-S. */
        @JsonProperty("deep-wide")
        DEEP_WIDE(64, 64, 128);

        private final int first;
        private final int second;
        private final int third;

        /** Creates a stem of one convolution. */
        Stem() {
            this(0, 0, 0);
        }

        Stem(int first, int second, int third) {
            this.first = first;
            this.second = second;
            this.third = third;
        }

        /** Returns whether the stem has three convolutions. */
        public boolean isDeep() {
            return third > 0;
        }

        /** Returns whether the stem ends with pooling. */
        public boolean hasPooling() {
            return this != CIFAR;
        }
    }

    /** Type of residual block. */
    public enum Block {
        /** Two 3x3 convolutions. */
        @JsonProperty("basic")
        BASIC(1, 2),
        /** 1x1, grouped 3x3, 1x1 convolution with four times the channels. */
        @JsonProperty("bottleneck")
        BOTTLENECK(4, 3);

        private final int expansion;
        private final int convolutions;

        Block(int expansion, int convolutions) {
            this.expansion = expansion;
            this.convolutions = convolutions;
        }

        int expansion() {
            return expansion;
        }

        int convolutions() {
            return convolutions;
        }
    }

    public Architecture {
        CardProblems problems = new CardProblems();
        problems.requirePresent("family", family);
        problems.requirePresent("stem", stem);
        problems.requirePresent("block", block);
        problems.requirePresent("layers", layers);
        problems.require(cardinality >= 1, "cardinality must be at least 1, not " + cardinality);
        problems.require(baseWidth >= 1, "base_width must be at least 1, not " + baseWidth);
        problems.require(
                (long) cardinality * baseWidth <= MAX_WIDTH,
                "cardinality " + cardinality + " times base_width " + baseWidth + " is more than " + MAX_WIDTH);
        problems.require(classes >= 1, "classes must be at least 1, not " + classes);
        if (layers != null) {
            problems.require(
                    !layers.isEmpty()
                            && layers.size() <= MAX_STAGES
                            && layers.stream().allMatch(n -> n >= 1 && n <= MAX_BLOCKS),
                    "layers must name 1 to " + MAX_STAGES + " stages of 1 to " + MAX_BLOCKS + " blocks, not " + layers);
        }
        if (block == Block.BASIC) {
            problems.require(
                    cardinality == 1 && baseWidth == Variant.STEM_CHANNELS,
                    "basic blocks have cardinality 1 and base_width 64, not " + cardinality + " and " + baseWidth);
        }
        if (bnEps != null) {
            problems.require(bnEps > 0 && bnEps < 1, "bn_eps must be between 0 and 1, not " + bnEps);
        }
        variant = Variant.PLAIN.equals(variant) ? null : variant;
        if (variant != null && stem != null) {
            problems.require(
                    !stem.isDeep() || variant.stemChannels() == Variant.STEM_CHANNELS,
                    "a deep stem has stem_channels 64");
            problems.require(
                    !stem.isDeep() || variant.normalization() != Variant.Normalization.PRE_ACTIVATION,
                    "a deep stem and pre-activation do not go together");
        }
        problems.throwIfAny("architecture");
        layers = List.copyOf(layers);
        bnEps = bnEps == null ? DEFAULT_BN_EPS : bnEps;
    }

    /** Creates the architecture of a plain network. */
    public Architecture(
            Family family,
            Stem stem,
            Block block,
            List<Integer> layers,
            int cardinality,
            int baseWidth,
            int classes,
            @Nullable Double bnEps) {
        this(family, stem, block, layers, cardinality, baseWidth, classes, bnEps, null);
    }

    /** Returns the name used in papers, such as {@code ResNeXt-50 32x4d} or {@code SE-ResNeXt-101-D 32x8d}. */
    public String title() {
        int depth = layers.stream().mapToInt(n -> n * block.convolutions).sum() + 2;
        Variant own = variantOrPlain();
        String kind = (isPreactivated() ? "Pre-" : "") + (own.squeezeExcitation() ? "SE-" : "");
        String suffix =
                switch (stem) {
                    case IMAGENET, CIFAR -> "";
                    case DEEP -> "-D";
                    case DEEP_TIERED -> "-T";
                    case DEEP_WIDE -> own.shortcut() == Variant.ShortcutType.POOLED_PROJECTION ? "-D" : "-S";
                };
        String name = kind + (family == Family.RESNEXT ? "ResNeXt-" : "ResNet-") + depth + suffix;
        String width = family == Family.RESNEXT ? " " + cardinality + "x" + baseWidth + "d" : "";
        return name + width + (own.antiAliasing() == Variant.AntiAliasing.NONE ? "" : ", anti-aliased");
    }

    /** Returns the value added to the variance in batch normalization. */
    public double batchNormEpsilon() {
        return bnEps == null ? DEFAULT_BN_EPS : bnEps;
    }

    /** Returns what distinguishes this network from the plain one; the values of the plain one if nothing does. */
    public Variant variantOrPlain() {
        return variant == null ? Variant.PLAIN : variant;
    }

    /** Returns whether batch normalization and ReLU are before the convolutions. */
    @JsonIgnore
    public boolean isPreactivated() {
        return variantOrPlain().normalization() == Variant.Normalization.PRE_ACTIVATION;
    }

    /** Returns this architecture with another number of classes. */
    public Architecture withClasses(int count) {
        return new Architecture(family, stem, block, layers, cardinality, baseWidth, count, bnEps, variant);
    }

    /** Returns this architecture with another value added to the variance in batch normalization. */
    Architecture withBatchNormEpsilon(double epsilon) {
        return new Architecture(family, stem, block, layers, cardinality, baseWidth, classes, epsilon, variant);
    }

    /** Returns the convolutions before the first stage, in order. ReLU follows those with batch normalization. */
    public List<Convolution> stemConvolutions() {
        int planes = variantOrPlain().stemChannels();
        if (!stem.isDeep()) {
            return List.of(
                    stem == Stem.IMAGENET
                            ? new Convolution("conv1", "bn1", 3, planes, 7, 2, 1)
                            : new Convolution("conv1", isPreactivated() ? null : "bn1", 3, planes, 3, 1, 1, false));
        }
        return List.of(
                new Convolution("conv1.0", "conv1.1", 3, stem.first, 3, 2, 1),
                new Convolution("conv1.3", "conv1.4", stem.first, stem.second, 3, 1, 1),
                new Convolution("conv1.6", "bn1", stem.second, stem.third, 3, 1, 1));
    }

    /** Returns the residual blocks in execution order. */
    public List<ResidualBlock> blocks() {
        List<Convolution> stemLayers = stemConvolutions();
        return new BlockFactory(this)
                .blocks(stemLayers.get(stemLayers.size() - 1).out());
    }

    /** Returns the normalization, followed by ReLU, between the last block and the pooling; null if there is none. */
    public @Nullable BatchNorm lastNormalization() {
        return isPreactivated() ? new BatchNorm("norm", features()) : null;
    }

    /** Returns all layers with weights but the last, in the order of their tensors. */
    public List<WeightedLayer> weightedLayers() {
        List<WeightedLayer> all = new ArrayList<>(stemConvolutions());
        blocks().forEach(residual -> all.addAll(residual.layers()));
        BatchNorm last = lastNormalization();
        if (last != null) {
            all.add(last);
        }
        return List.copyOf(all);
    }

    /** Returns the length of the feature vector, the input of the last layer. */
    public int features() {
        return (variantOrPlain().stemChannels() << (layers.size() - 1)) * block.expansion;
    }

    /** Returns name and shape of every tensor that a checkpoint must contain, in network order. */
    public Map<String, List<Long>> tensors() {
        Map<String, List<Long>> tensors = new LinkedHashMap<>();
        weightedLayers().forEach(layer -> tensors.putAll(layer.tensors()));
        tensors.put("fc.weight", List.of((long) classes, (long) features()));
        tensors.put("fc.bias", List.of((long) classes));
        return tensors;
    }

    /** Returns the size of all tensors as 32-bit floats, in bytes. */
    public long weightBytes() {
        return tensors().values().stream()
                        .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
                        .sum()
                * Float.BYTES;
    }

    /** Returns the number of trainable parameters: convolutions, scale and shift of normalizations, last layer. */
    public long parameters() {
        long last = (long) classes * features() + classes;
        return weightedLayers().stream().mapToLong(WeightedLayer::parameters).sum() + last;
    }

    /** Returns the edge of the nominal input in pixels: the crop, or the usual size of the stem if there is no crop. */
    int nominalEdge(Preprocessing preprocessing) {
        Integer crop = preprocessing.crop();
        if (crop != null) {
            return crop;
        }
        return stem == Stem.CIFAR ? NOMINAL_CIFAR_EDGE : NOMINAL_EDGE;
    }

    /** Returns the multiply-accumulate operations for one image of the nominal size. */
    public long macs(Preprocessing preprocessing) {
        return macs(nominalEdge(preprocessing));
    }

    /** Returns the multiply-accumulate operations of convolutions and last layer for one square image of this edge. */
    public long macs(int edge) {
        return MacCounter.count(this, edge) + (long) classes * features();
    }
}
