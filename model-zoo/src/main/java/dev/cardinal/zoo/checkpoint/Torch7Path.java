package dev.cardinal.zoo.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the path of one residual block in a Torch7 file. Sequentials in it are read as their layers. A ConcatTable of equal
 * paths with a JoinTable after it (form B of the ResNeXt paper) is read as the grouped convolutions that compute the same
 * (form C): its weights are concatenated. Not thread-safe.
 */
final class Torch7Path {
    private static final int MAX_NESTED_PATHS = 4;

    private final Torch7Tensors tensors;
    private final String name;
    private final int firstNorm;
    private int convolutions;
    private int norms;
    private boolean endsWithNorm;

    /** @param isPreactivated whether batch normalization number 1 is in front of the first convolution */
    Torch7Path(Torch7Tensors tensors, String name, boolean isPreactivated) {
        this.tensors = tensors;
        this.name = name;
        this.firstNorm = isPreactivated ? 1 : 0;
    }

    /**
     * Adds the tensors of the path.
     *
     * @param isNormalized whether the block has normalized the input already
     * @return the number of convolutions
     */
    int add(Torch7Module path, boolean isNormalized) {
        for (List<Torch7Module> layer : layers(path, 0)) {
            Torch7Module first = layer.get(0);
            boolean isLeading = convolutions == 0 && norms == 0 && firstNorm == 1 && !isNormalized;
            if (Torch7Network.isConvolution(first)) {
                tensors.convolution(name + "conv" + ++convolutions, layer);
                endsWithNorm = false;
            } else if (Torch7Network.isBatchNorm(first) && isLeading) {
                tensors.batchNorm(name + "bn1", layer);
                norms++;
            } else if (Torch7Network.isBatchNorm(first) && convolutions > 0 && !endsWithNorm) {
                tensors.batchNorm(name + "bn" + (convolutions + firstNorm), layer);
                norms++;
                endsWithNorm = true;
            } else if (!first.is("ReLU")) {
                throw first.unexpected("path " + name);
            }
        }
        if (convolutions < 2 || convolutions > 3) {
            throw path.unexpected("path " + name + " with " + convolutions + " convolutions");
        }
        return convolutions;
    }

    /** Returns whether batch normalization follows the last convolution. */
    boolean endsWithNorm() {
        return endsWithNorm;
    }

    /** Returns the layers in execution order; several modules in one place compute groups of the same layer. */
    private List<List<Torch7Module>> layers(Torch7Module path, int depth) {
        if (depth > MAX_NESTED_PATHS) {
            throw path.unexpected("path " + name);
        }
        List<List<Torch7Module>> layers = new ArrayList<>();
        List<Torch7Module> modules = path.children();
        for (int i = 0; i < modules.size(); i++) {
            Torch7Module module = modules.get(i);
            if (module.is("Sequential")) {
                layers.addAll(layers(module, depth + 1));
            } else if (module.is("ConcatTable")
                    && i + 1 < modules.size()
                    && modules.get(i + 1).is("JoinTable")) {
                layers.addAll(groups(module, depth));
                i++;
            } else {
                layers.add(List.of(module));
            }
        }
        return layers;
    }

    private List<List<Torch7Module>> groups(Torch7Module table, int depth) {
        List<List<List<Torch7Module>>> paths =
                table.children().stream().map(each -> layers(each, depth + 1)).toList();
        List<List<Torch7Module>> joined = new ArrayList<>();
        int length = paths.isEmpty() ? 0 : paths.get(0).size();
        for (int at = 0; at < length; at++) {
            List<Torch7Module> layer = new ArrayList<>();
            for (List<List<Torch7Module>> each : paths) {
                boolean isSame = each.size() == length
                        && each.get(at).size() == 1
                        && each.get(at)
                                .get(0)
                                .layer()
                                .equals(paths.get(0).get(at).get(0).layer());
                if (!isSame) {
                    throw table.unexpected("path " + name + ", with different branches,");
                }
                layer.add(each.get(at).get(0));
            }
            joined.add(layer);
        }
        return joined;
    }
}
