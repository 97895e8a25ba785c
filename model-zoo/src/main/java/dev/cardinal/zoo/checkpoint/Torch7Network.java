package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.Torch7Value.Table;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A walk through a ResNet or ResNeXt as fb.resnet.torch builds it: convolution, batch normalisation, ReLU, for ImageNet max
 * pooling, three or four stages, average pooling, view, linear layer.
 *
 * <p>A stage is a Sequential of blocks; a block is {@code Sequential{ConcatTable{path, shortcut}, CAddTable, ReLU}} with the path
 * {@code Sequential(conv, bn, relu, ...)} and the shortcut an Identity or {@code Sequential(conv, bn)}.
 */
final class Torch7Network {
    private static final int MAX_WRAPPERS = 3;
    private static final String STEM = "the network";

    private final Torch7Tensors tensors;

    Torch7Network(Torch7Tensors tensors) {
        this.tensors = tensors;
    }

    /** Adds every tensor of the network that a file holds. */
    void add(Torch7Value root, Origin origin) {
        Torch7Module network = network(root, origin);
        boolean stem = false;
        boolean classifier = false;
        int stage = 0;
        for (Torch7Module module : network.children()) {
            if (classifier && !isStateless(module)) {
                throw module.unexpected("after the linear layer the network");
            }
            if (isConvolution(module) && !stem) {
                tensors.convolution("conv1", module);
                stem = true;
            } else if (isBatchNorm(module) && stem && stage == 0) {
                tensors.batchNorm("bn1", module);
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

    private static Torch7Module network(Torch7Value root, Origin origin) {
        Torch7Value value = root;
        for (int depth = 0; depth < MAX_WRAPPERS; depth++) {
            Torch7Module module = Torch7Module.of(value, origin);
            if (module != null && module.is("Sequential")) {
                return module;
            }
            value = inside(value, module);
        }
        throw origin.refused(
                "it holds no nn.Sequential, neither bare nor under 'model' or in a DataParallelTable",
                "save the network with torch.save(file, model)");
    }

    private static Torch7Value inside(Torch7Value value, @Nullable Torch7Module module) {
        Torch7Value inner = null;
        if (module != null
                && module.is("DataParallelTable")
                && module.fields().get("modules") instanceof Table modules) {
            inner = modules.get(1);
        } else if (value instanceof Table table) {
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
        List<Torch7Module> parts = block.children();
        if (!block.is("Sequential")
                || parts.size() != 3
                || !parts.get(0).is("ConcatTable")
                || !parts.get(1).is("CAddTable")
                || !parts.get(2).is("ReLU")) {
            throw block.unexpected("block " + name);
        }
        List<Torch7Module> branches = parts.get(0).children();
        if (branches.size() != 2) {
            throw parts.get(0).unexpected("block " + name);
        }
        path(name, branches.get(0));
        shortcut(name, branches.get(1));
    }

    private void path(String name, Torch7Module path) {
        int convolutions = 0;
        int batchNorms = 0;
        for (Torch7Module module : path.children()) {
            if (isConvolution(module) && convolutions == batchNorms) {
                tensors.convolution(name + "conv" + ++convolutions, module);
            } else if (isBatchNorm(module) && convolutions == batchNorms + 1) {
                tensors.batchNorm(name + "bn" + ++batchNorms, module);
            } else if (!module.is("ReLU")) {
                throw module.unexpected("path " + name);
            }
        }
        if (convolutions != batchNorms || convolutions < 2 || convolutions > 3) {
            throw path.unexpected("path " + name + " with " + convolutions + " convolutions");
        }
    }

    private void shortcut(String name, Torch7Module shortcut) {
        if (shortcut.is("Identity")) {
            return;
        }
        List<Torch7Module> parts = shortcut.children();
        if (parts.size() != 2 || !isConvolution(parts.get(0)) || !isBatchNorm(parts.get(1))) {
            throw shortcut.unexpected("shortcut " + name);
        }
        tensors.convolution(name + "downsample.0", parts.get(0));
        tensors.batchNorm(name + "downsample.1", parts.get(1));
    }

    private static boolean isConvolution(Torch7Module module) {
        return module.is("SpatialConvolution", "SpatialConvolutionMM");
    }

    private static boolean isBatchNorm(Torch7Module module) {
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
