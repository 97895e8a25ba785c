package dev.cardinal.zoo.card;

import dev.cardinal.zoo.card.ResidualBlock.SqueezeExcitation;
import dev.cardinal.zoo.card.Variant.AntiAliasing;

/** Counts the multiply-accumulate operations of a network's convolutions, following the size of the image. */
final class MacCounter {
    private final Architecture architecture;
    private long macs;

    private MacCounter(Architecture architecture) {
        this.architecture = architecture;
    }

    /** Returns the operations of all convolutions for one square image. */
    static long count(Architecture architecture, int edge) {
        MacCounter counter = new MacCounter(architecture);
        long at = edge;
        for (Convolution c : architecture.stemConvolutions()) {
            at = counter.convolve(c, at);
        }
        if (architecture.stem().hasPooling()) {
            at = halved(architecture.variantOrPlain().antiAliasing() == AntiAliasing.AVERAGE ? at - 1 : at);
        }
        for (ResidualBlock block : architecture.blocks()) {
            at = counter.block(block, at);
        }
        return counter.macs;
    }

    private long block(ResidualBlock block, long entry) {
        long at = entry;
        for (int i = 0; i < block.path().size(); i++) {
            at = convolve(block.path().get(i), at);
            if (i == block.filteredAfter()) {
                at = architecture.variantOrPlain().antiAliasing() == AntiAliasing.BLUR ? halved(at) : at / 2;
            }
        }
        SqueezeExcitation squeeze = block.squeezeExcitation();
        if (squeeze != null) {
            convolve(squeeze.reduce(), 1);
            convolve(squeeze.expand(), 1);
        }
        Convolution projection = block.shortcut().projection();
        if (projection != null) {
            boolean isHalved = block.shortcut().isPooled() && block.shortcut().stride() == 2;
            convolve(projection, isHalved ? halved(entry) : entry);
        }
        return at;
    }

    private long convolve(Convolution convolution, long edge) {
        long output = convolution.outputEdge(edge);
        macs += convolution.weights() * output * output;
        return output;
    }

    /** Returns half of an edge, rounded up: the result of a kernel of 3 with stride 2 and padding 1. */
    private static long halved(long edge) {
        return (edge + 1) / 2;
    }
}
