package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.Torch7Value.LuaTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a ResNet or ResNeXt of fb.resnet.torch: convolution, batch normalization, ReLU, max pooling (ImageNet only),
 * three or four stages, average pooling, view, linear layer.
 *
 * <p>A stage is a Sequential of blocks. A block is {@code Sequential{ConcatTable{path, shortcut}, CAddTable, ReLU}}, and
 * its path is {@code Sequential(conv, bn, relu, ...)}. The shortcut is Identity, {@code Sequential(conv, bn)}, or average
 * pooling of 1x1 with channels of zeros. Batch normalization may follow the addition instead of the last convolution. A
 * pre-activated block ends with the addition; its first batch normalization and ReLU are in front of the ConcatTable, or
 * the first layers of the path.
 *
 * <p>Source: {@code models/resnet.lua} and {@code models/preresnet.lua} of fb.resnet.torch, {@code models/resnext.lua} of
 * facebookresearch/ResNeXt.
 */
final class Torch7Network {
    private static final int MAX_WRAPPERS = 3;
    private static final String STEM = "the network";
    private static final String BATCH_NORM = "batch normalization";

    private final Torch7Tensors tensors;

    Torch7Network(Torch7Tensors tensors) {
        this.tensors = tensors;
    }

    /** Adds every tensor of the network in a file. */
    void add(Torch7Value root, CheckpointErrors errors) {
        Torch7Module network = network(root, errors);
        boolean stem = false;
        boolean classifier = false;
        int stage = 0;
        for (Torch7Module module : network.children()) {
            if (classifier && !isStateless(module)) {
                throw module.unexpected("after the linear layer the network");
            }
            if (isConvolution(module) && !stem) {
                tensors.convolution("conv1", List.of(module));
                stem = true;
            } else if (isBatchNorm(module) && stem && stage == 0) {
                tensors.batchNorm("bn1", module);
            } else if (isBatchNorm(module) && stage > 0) {
                tensors.batchNorm("norm", module);
            } else if (module.is("Sequential")) {
                stage(++stage, module);
            } else if (module.is("Linear")) {
                tensors.linear("fc", module);
                classifier = true;
            } else if (!isStateless(module)) {
                throw module.unexpected(STEM);
            }
        }
    }

    private static Torch7Module network(Torch7Value root, CheckpointErrors errors) {
        Torch7Value value = root;
        for (int depth = 0; depth < MAX_WRAPPERS; depth++) {
            Torch7Module module = Torch7Module.of(value, errors);
            if (module != null && module.is("Sequential")) {
                return module;
            }
            value = inside(value, module);
        }
        throw errors.refused(
                "found no nn.Sequential, neither at the top level nor under 'model' or in a DataParallelTable",
                "save the network with torch.save(file, model)");
    }

    private static Torch7Value inside(Torch7Value value, @Nullable Torch7Module module) {
        Torch7Value inner = null;
        if (module != null
                && module.is("DataParallelTable")
                && module.fields().get("modules") instanceof LuaTable modules) {
            inner = modules.get(1);
        } else if (value instanceof LuaTable table) {
            inner = table.get("model");
        }
        return inner == null ? Torch7Value.Nil.NIL : inner;
    }

    private void stage(int stage, Torch7Module module) {
        List<Torch7Module> blocks = module.children();
        for (int i = 0; i < blocks.size(); i++) {
            block("layer" + stage + "." + i + ".", blocks.get(i));
        }
    }

    private void block(String name, Torch7Module block) {
        List<Torch7Module> parts = block.is("Sequential") ? block.children() : List.of();
        int table = 0;
        while (table < parts.size() && !parts.get(table).is("ConcatTable")) {
            table++;
        }
        List<Torch7Module> before = parts.subList(0, table);
        List<Torch7Module> after = parts.subList(Math.min(table + 1, parts.size()), parts.size());
        boolean isShared = is(before, BATCH_NORM, "ReLU");
        boolean isPreactivated = is(after, "CAddTable");
        boolean isNormalizedAfter = is(after, "CAddTable", BATCH_NORM, "ReLU");
        boolean isUsual = is(after, "CAddTable", "ReLU") || isNormalizedAfter;
        if ((!before.isEmpty() && !(isShared && isPreactivated)) || !(isPreactivated || isUsual)) {
            throw block.unexpected("block " + name);
        }
        List<Torch7Module> branches = parts.get(table).children();
        if (branches.size() != 2) {
            throw parts.get(table).unexpected("block " + name);
        }
        if (isShared) {
            tensors.batchNorm(name + "bn1", before.get(0));
        }
        Torch7Path path = new Torch7Path(tensors, name, isPreactivated);
        int convolutions = path.add(branches.get(0), isShared);
        boolean endsWithNorm = path.endsWithNorm();
        if (endsWithNorm != is(after, "CAddTable", "ReLU")) {
            throw branches.get(0).unexpected("path " + name + " with " + convolutions + " convolutions");
        }
        shortcut(name, branches.get(1), isPreactivated);
        if (isNormalizedAfter) {
            tensors.batchNorm(name + "bn" + convolutions, after.get(1));
        }
    }

    private static boolean is(List<Torch7Module> modules, String... layers) {
        boolean same = modules.size() == layers.length;
        for (int i = 0; same && i < layers.length; i++) {
            same = layers[i].equals(BATCH_NORM)
                    ? isBatchNorm(modules.get(i))
                    : modules.get(i).is(layers[i]);
        }
        return same;
    }

    private void shortcut(String name, Torch7Module shortcut, boolean isPreactivated) {
        List<Torch7Module> parts = shortcut.children();
        if (shortcut.is("Identity") || isZeroPadded(parts)) {
            return;
        }
        boolean hasNorm = parts.size() == 2 && isBatchNorm(parts.get(1));
        if (parts.isEmpty() || !isConvolution(parts.get(0)) || (parts.size() != 1 && !hasNorm)) {
            throw shortcut.unexpected("shortcut " + name);
        }
        tensors.convolution(name + "downsample.0", parts.subList(0, 1));
        if (hasNorm) {
            tensors.batchNorm(name + "downsample.1", parts.get(1));
        } else if (!isPreactivated) {
            tensors.identityNorm(name + "downsample.1", parts.get(0));
        }
    }

    /** Returns whether a shortcut takes every pixel at a multiple of its stride and appends channels of zeros. */
    private static boolean isZeroPadded(List<Torch7Module> parts) {
        if (!is(parts, "SpatialAveragePooling", "Concat")
                || parts.get(0).number("kW", 0) != 1
                || parts.get(0).number("kH", 0) != 1) {
            return false;
        }
        List<Torch7Module> halves = parts.get(1).children();
        return is(halves, "Identity", "MulConstant") && halves.get(1).number("constant_scalar", 1) == 0;
    }

    static boolean isConvolution(Torch7Module module) {
        return module.is("SpatialConvolution", "SpatialConvolutionMM");
    }

    static boolean isBatchNorm(Torch7Module module) {
        return module.is("SpatialBatchNormalization", "BatchNormalization");
    }

    private static boolean isStateless(Torch7Module module) {
        return module.is(
                "ReLU",
                "SpatialMaxPooling",
                "SpatialAveragePooling",
                "View",
                "Reshape",
                "Identity",
                "Copy",
                "SoftMax",
                "LogSoftMax");
    }
}
