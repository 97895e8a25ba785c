package dev.cardinal.zoo.card;

import dev.cardinal.zoo.card.Architecture.Block;
import dev.cardinal.zoo.card.ResidualBlock.Preactivation;
import dev.cardinal.zoo.card.ResidualBlock.SqueezeExcitation;
import dev.cardinal.zoo.card.Variant.AntiAliasing;
import dev.cardinal.zoo.card.Variant.Normalization;
import dev.cardinal.zoo.card.Variant.ShortcutType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates the residual blocks of an architecture. Immutable. */
final class BlockFactory {
    private static final int REDUCTION = 16;
    private static final int REDUCED_MULTIPLE = 8;

    private final Architecture architecture;
    private final Variant variant;
    private final boolean isPreactivated;

    BlockFactory(Architecture architecture) {
        this.architecture = architecture;
        this.variant = architecture.variantOrPlain();
        this.isPreactivated = architecture.isPreactivated();
    }

    /**
     * One place in the network.
     *
     * @param prefix prefix of the names of all layers
     * @param in input channels
     * @param planes nominal channels of the stage
     * @param out output channels
     * @param stride step of the block in both directions
     * @param isFirst whether it is the first block of its stage
     * @param isStart whether it follows the stem
     */
    private record BlockPlace(
            String prefix, int in, int planes, int out, int stride, boolean isFirst, boolean isStart) {}

    /** Returns all blocks in execution order. */
    List<ResidualBlock> blocks(int stemOutputs) {
        List<ResidualBlock> blocks = new ArrayList<>();
        int in = stemOutputs;
        for (int stage = 0; stage < architecture.layers().size(); stage++) {
            int planes = variant.stemChannels() << stage;
            int out = planes * architecture.block().expansion();
            for (int i = 0; i < architecture.layers().get(stage); i++) {
                String prefix = "layer" + (stage + 1) + "." + i + ".";
                int stride = i == 0 && stage > 0 ? 2 : 1;
                blocks.add(block(new BlockPlace(prefix, in, planes, out, stride, i == 0, i == 0 && stage == 0)));
                in = out;
            }
        }
        return List.copyOf(blocks);
    }

    private ResidualBlock block(BlockPlace at) {
        boolean isFiltered = variant.antiAliasing() != AntiAliasing.NONE && at.stride == 2;
        int filteredAfter = isFiltered ? strided() : -1;
        boolean isNormalizedAfter = variant.normalization() == Normalization.AFTER_ADDITION;
        int convolutions = architecture.block().convolutions();
        return new ResidualBlock(
                path(at, isFiltered ? 1 : at.stride),
                shortcut(at),
                preactivation(at),
                variant.squeezeExcitation() ? squeezeExcitation(at) : null,
                isNormalizedAfter ? new BatchNorm(at.prefix + "bn" + convolutions, at.out) : null,
                filteredAfter);
    }

    /** Returns the index of the convolution that has the stride. */
    private int strided() {
        return architecture.block() == Block.BASIC ? 0 : 1;
    }

    private List<Convolution> path(BlockPlace at, int stride) {
        if (architecture.block() == Block.BASIC) {
            return List.of(
                    convolution(at, 1, at.in, at.planes, 3, stride, 1), convolution(at, 2, at.planes, at.out, 3, 1, 1));
        }
        int groupWidth = (int) (at.planes * (architecture.baseWidth() / 64.0));
        int width = groupWidth * architecture.cardinality();
        return List.of(
                convolution(at, 1, at.in, width, 1, 1, 1),
                convolution(at, 2, width, width, 3, stride, architecture.cardinality()),
                convolution(at, 3, width, at.out, 1, 1, 1));
    }

    /** Returns the convolution with this number in the path, from 1, and the normalization that follows it directly. */
    private Convolution convolution(BlockPlace at, int number, int in, int out, int kernel, int stride, int groups) {
        boolean isLast = number == architecture.block().convolutions();
        boolean isNormalized = !isLast || variant.normalization() == Normalization.AFTER_CONVOLUTION;
        int normalization = isPreactivated ? number + 1 : number;
        return new Convolution(
                at.prefix + "conv" + number,
                isNormalized ? at.prefix + "bn" + normalization : null,
                in,
                out,
                kernel,
                stride,
                groups,
                false);
    }

    private ResidualBlock.Shortcut shortcut(BlockPlace at) {
        boolean isSame = at.stride == 1 && at.in == at.out;
        ShortcutType type = variant.shortcut();
        boolean hasProjection =
                type == ShortcutType.PROJECTION_IN_EVERY_BLOCK || (type != ShortcutType.ZERO_PADDED && !isSame);
        if (!hasProjection) {
            return new ResidualBlock.Shortcut(null, false, at.stride, at.in, at.out);
        }
        boolean isPooled = type == ShortcutType.POOLED_PROJECTION;
        int position = isPooled ? 1 : 0; // in the Sequential of the framework, which begins with the pooling
        Convolution projection = new Convolution(
                at.prefix + "downsample." + position,
                isPreactivated ? null : at.prefix + "downsample." + (position + 1),
                at.in,
                at.out,
                1,
                isPooled ? 1 : at.stride,
                1,
                false);
        return new ResidualBlock.Shortcut(projection, isPooled, at.stride, at.in, at.out);
    }

    /** Follows fb.resnet.torch: the output of an ImageNet stem is already activated. */
    private @Nullable Preactivation preactivation(BlockPlace at) {
        boolean isActivated = at.isStart && architecture.stem() != Architecture.Stem.CIFAR;
        return isPreactivated && !isActivated
                ? new Preactivation(new BatchNorm(at.prefix + "bn1", at.in), at.isFirst)
                : null;
    }

    /** Follows timm's {@code SEModule}: a sixteenth of the channels, rounded to a multiple of 8. */
    private static SqueezeExcitation squeezeExcitation(BlockPlace at) {
        int rounded = (int) (at.out / (double) REDUCTION + REDUCED_MULTIPLE / 2) / REDUCED_MULTIPLE * REDUCED_MULTIPLE;
        int reduced = Math.max(REDUCED_MULTIPLE, rounded);
        return new SqueezeExcitation(
                new Convolution(at.prefix + "se.fc1", null, at.out, reduced, 1, 1, 1, true),
                new Convolution(at.prefix + "se.fc2", null, reduced, at.out, 1, 1, 1, true));
    }
}
