package dev.cardinal.zoo;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a ResNet or ResNeXt: enough to name and size every tensor of its checkpoint and to build its graph.
 *
 * <p>Layout: Xie et al. 2017 (arXiv 1611.05431), section 3 and table 1, with torchvision's tensor names and its stride on
 * the 3x3 convolution of a bottleneck. Tensors are named {@code conv1, bn1, layer<stage>.<block>.conv<n>, fc}.
 *
 * @param family what the architecture is called
 * @param stem what stands before the first stage
 * @param block kind of residual block
 * @param layers blocks in each stage; the stages have 64, 128, 256, 512 planes
 * @param cardinality groups of the 3x3 convolution
 * @param baseWidth channels of a group in the first stage
 * @param classes outputs of the last layer
 * @param bnEps added to the variance in batch normalisation; 1e-5 when a card does not say
 */
public record Architecture(
        Family family,
        Stem stem,
        Block block,
        List<Integer> layers,
        int cardinality,
        int baseWidth,
        int classes,
        @Nullable Double bnEps)
        implements Serializable {

    private static final double DEFAULT_BN_EPS = 1e-5;
    private static final int STEM_CHANNELS = 64;
    private static final int MAX_STAGES = 4;
    private static final int NOMINAL_EDGE = 224;
    private static final int NOMINAL_CIFAR_EDGE = 32;

    /** Far beyond any network of the family, and small enough that its tensors can be named and counted. */
    private static final int MAX_BLOCKS = 512;

    private static final int MAX_WIDTH = 1 << 16;

    /** What the architecture is called. */
    public enum Family {
        @JsonProperty("resnet")
        RESNET,
        @JsonProperty("resnext")
        RESNEXT
    }

    /** What stands before the first stage. */
    public enum Stem {
        /** 7x7 convolution with stride 2, then 3x3 max pooling with stride 2. */
        @JsonProperty("imagenet")
        IMAGENET,
        /** 3x3 convolution with stride 1, no pooling. */
        @JsonProperty("cifar")
        CIFAR
    }

    /** Kind of residual block. */
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
    }

    public Architecture {
        Problems problems = new Problems();
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
                    cardinality == 1 && baseWidth == STEM_CHANNELS,
                    "basic blocks have cardinality 1 and base_width 64, not " + cardinality + " and " + baseWidth);
        }
        if (bnEps != null) {
            problems.require(bnEps > 0 && bnEps < 1, "bn_eps must lie between 0 and 1, not " + bnEps);
        }
        problems.throwIfAny("architecture");
        layers = List.copyOf(layers);
        bnEps = bnEps == null ? DEFAULT_BN_EPS : bnEps;
    }

    /** What it is called in papers, such as {@code ResNeXt-50 32x4d}. */
    public String title() {
        int depth = layers.stream().mapToInt(n -> n * block.convolutions).sum() + 2;
        String name = (family == Family.RESNEXT ? "ResNeXt-" : "ResNet-") + depth;
        return family == Family.RESNEXT ? name + " " + cardinality + "x" + baseWidth + "d" : name;
    }

    /** The value added to the variance in batch normalisation. */
    public double batchNormEpsilon() {
        return bnEps == null ? DEFAULT_BN_EPS : bnEps;
    }

    /** The same architecture with another number of classes. */
    public Architecture withClasses(int count) {
        return new Architecture(family, stem, block, layers, cardinality, baseWidth, count, bnEps);
    }

    /** The same architecture with another value added to the variance in batch normalisation. */
    Architecture withBatchNormEpsilon(double epsilon) {
        return new Architecture(family, stem, block, layers, cardinality, baseWidth, classes, epsilon);
    }

    /** The first convolution. */
    public Convolution stemConvolution() {
        return stem == Stem.IMAGENET
                ? new Convolution("conv1", "bn1", 3, STEM_CHANNELS, 7, 2, 1)
                : new Convolution("conv1", "bn1", 3, STEM_CHANNELS, 3, 1, 1);
    }

    /** The residual blocks in the order they run. */
    public List<ResidualBlock> blocks() {
        List<ResidualBlock> blocks = new ArrayList<>();
        int in = STEM_CHANNELS;
        for (int stage = 0; stage < layers.size(); stage++) {
            int planes = STEM_CHANNELS << stage;
            int out = planes * block.expansion;
            for (int i = 0; i < layers.get(stage); i++) {
                int stride = i == 0 && stage > 0 ? 2 : 1;
                String prefix = "layer" + (stage + 1) + "." + i + ".";
                Convolution shortcut = stride != 1 || in != out
                        ? new Convolution(prefix + "downsample.0", prefix + "downsample.1", in, out, 1, stride, 1)
                        : null;
                blocks.add(new ResidualBlock(path(prefix, in, planes, out, stride), shortcut));
                in = out;
            }
        }
        return List.copyOf(blocks);
    }

    private List<Convolution> path(String prefix, int in, int planes, int out, int stride) {
        if (block == Block.BASIC) {
            return List.of(
                    new Convolution(prefix + "conv1", prefix + "bn1", in, planes, 3, stride, 1),
                    new Convolution(prefix + "conv2", prefix + "bn2", planes, out, 3, 1, 1));
        }
        int groupWidth = (int) (planes * (baseWidth / 64.0));
        int width = groupWidth * cardinality;
        return List.of(
                new Convolution(prefix + "conv1", prefix + "bn1", in, width, 1, 1, 1),
                new Convolution(prefix + "conv2", prefix + "bn2", width, width, 3, stride, cardinality),
                new Convolution(prefix + "conv3", prefix + "bn3", width, out, 1, 1, 1));
    }

    /** Every convolution, in the order they run, a block's path before its shortcut. */
    public List<Convolution> convolutions() {
        List<Convolution> convolutions = new ArrayList<>();
        convolutions.add(stemConvolution());
        for (ResidualBlock residual : blocks()) {
            convolutions.addAll(residual.path());
            if (residual.shortcut() != null) {
                convolutions.add(residual.shortcut());
            }
        }
        return List.copyOf(convolutions);
    }

    /** Length of the feature vector that the last layer turns into logits. */
    public int features() {
        return (STEM_CHANNELS << (layers.size() - 1)) * block.expansion;
    }

    /** Name and shape of every tensor a checkpoint must hold, in the order of the network. */
    public Map<String, List<Long>> tensors() {
        Map<String, List<Long>> tensors = new LinkedHashMap<>();
        for (Convolution c : convolutions()) {
            long kernel = c.kernel();
            tensors.put(c.name() + ".weight", List.of((long) c.out(), (long) (c.in() / c.groups()), kernel, kernel));
            for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
                tensors.put(c.batchNorm() + "." + part, List.of((long) c.out()));
            }
        }
        tensors.put("fc.weight", List.of((long) classes, (long) features()));
        tensors.put("fc.bias", List.of((long) classes));
        return tensors;
    }

    /** Bytes of the tensors as 32-bit floats. */
    long weightBytes() {
        return tensors().values().stream()
                        .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
                        .sum()
                * Float.BYTES;
    }

    /** Trainable parameters: convolutions, normalisation scale and shift, last layer. */
    public long parameters() {
        long last = (long) classes * features() + classes;
        return convolutions().stream()
                        .mapToLong(c -> c.weights() + 2L * c.out())
                        .sum()
                + last;
    }

    /** Edge of the input that its multiply-accumulate operations are counted for, in pixels: the crop, or what is usual. */
    int nominalEdge(Preprocessing preprocessing) {
        Integer crop = preprocessing.crop();
        if (crop != null) {
            return crop;
        }
        return stem == Stem.CIFAR ? NOMINAL_CIFAR_EDGE : NOMINAL_EDGE;
    }

    /** Multiply-accumulate operations for one image of the nominal size. */
    public long macs(Preprocessing preprocessing) {
        return macs(nominalEdge(preprocessing));
    }

    /** Multiply-accumulate operations of the convolutions and the last layer for one square image of this edge. */
    public long macs(int edge) {
        Convolution first = stemConvolution();
        long at = first.outputEdge(edge);
        long macs = first.weights() * at * at;
        if (stem == Stem.IMAGENET) {
            at = (at + 2 - 3) / 2 + 1;
        }
        for (ResidualBlock residual : blocks()) {
            long entry = at;
            for (Convolution c : residual.path()) {
                at = c.outputEdge(at);
                macs += c.weights() * at * at;
            }
            Convolution shortcut = residual.shortcut();
            if (shortcut != null) {
                long edgeOut = shortcut.outputEdge(entry);
                macs += shortcut.weights() * edgeOut * edgeOut;
            }
        }
        return macs + (long) classes * features();
    }
}
