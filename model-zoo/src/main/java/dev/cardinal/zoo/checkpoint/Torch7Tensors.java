package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.Torch7Value.TorchStorage;
import dev.cardinal.zoo.checkpoint.Torch7Value.TorchTensor;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Converts the layers of a Torch7 network into tensors with torchvision's names. Not thread-safe. */
final class Torch7Tensors {
    private static final double DEFAULT_EPS = 1e-5;
    private static final int FIRST_VERSION_WITH_VARIANCE = 2;

    private final MappedFile file;
    private final StateDict tensors;
    private @Nullable Double eps;

    Torch7Tensors(MappedFile file) {
        this.file = file;
        this.tensors = new StateDict(file);
    }

    StateDict all() {
        return tensors;
    }

    OptionalDouble batchNormEps() {
        return eps == null ? OptionalDouble.empty() : OptionalDouble.of(eps);
    }

    /**
     * Adds the weight of a convolution. Old versions store it as [out, in / groups * kH * kW].
     *
     * @param modules the convolution, or those of its groups in order
     */
    void convolution(String name, List<Torch7Module> modules) {
        tensors.add(joined(name + ".weight", modules, this::weight));
    }

    private TensorSource weight(String name, Torch7Module module) {
        TorchTensor weight = module.requiredTensor("weight");
        requireZero(module, module.tensor("bias"));
        if (weight.shape().size() == 2) {
            weight = fourDimensional(module, weight);
        }
        if (weight.shape().size() != 4) {
            throw module.corrupt("has a weight of shape " + weight.shape());
        }
        return view(name, weight);
    }

    void batchNorm(String name, Torch7Module module) {
        batchNorm(name, List.of(module));
    }

    /** @param modules the normalization, or those of its groups in order */
    void batchNorm(String name, List<Torch7Module> modules) {
        modules.forEach(this::requireSameEps);
        for (String field : List.of("weight", "bias", "running_mean")) {
            tensors.add(
                    joined(name + "." + field, modules, (full, module) -> view(full, module.requiredTensor(field))));
        }
        tensors.add(joined(name + ".running_var", modules, this::variance));
    }

    private TensorSource variance(String name, Torch7Module module) {
        TorchTensor inverseStd = module.version() < FIRST_VERSION_WITH_VARIANCE ? module.tensor("running_std") : null;
        return inverseStd == null
                ? view(name, module.requiredTensor("running_var"))
                : new VarianceFromInverseStd(view(name, inverseStd), module.number("eps", DEFAULT_EPS));
    }

    private void requireSameEps(Torch7Module module) {
        double moduleEps = module.number("eps", DEFAULT_EPS);
        if (eps != null && eps != moduleEps) {
            throw module.corrupt("has eps " + moduleEps + ", but earlier layers have " + eps);
        }
        eps = moduleEps;
    }

    private static TensorSource joined(
            String name, List<Torch7Module> modules, BiFunction<String, Torch7Module, TensorSource> part) {
        try {
            return ConcatenatedTensor.of(
                    name,
                    modules.stream().map(module -> part.apply(name, module)).toList());
        } catch (IllegalArgumentException e) {
            throw modules.get(0).corrupt("and the other branches of its block do not fit: " + e.getMessage());
        }
    }

    /** Adds a normalization that changes nothing, after a convolution that has none in the file. */
    void identityNorm(String name, Torch7Module convolution) {
        TorchTensor weight = convolution.requiredTensor("weight");
        List<Long> channels = List.of(weight.shape().get(0));
        double epsilon = eps == null ? DEFAULT_EPS : eps;
        constant(name + ".weight", channels, 1);
        constant(name + ".bias", channels, 0);
        constant(name + ".running_mean", channels, 0);
        constant(name + ".running_var", channels, (float) (1 - epsilon));
    }

    private void constant(String name, List<Long> shape, float value) {
        tensors.add(new ConstantTensor(new TensorInfo(name, ElementType.FLOAT32, shape), value));
    }

    void linear(String name, Torch7Module module) {
        add(name, "weight", module);
        add(name, "bias", module);
    }

    private void add(String name, String field, Torch7Module module) {
        tensors.add(view(name + "." + field, module.requiredTensor(field)));
    }

    private StridedTensor view(String name, TorchTensor tensor) {
        TorchStorage storage = tensor.storage();
        long offset = storage == null ? 0 : storage.offset();
        long bytes = storage == null ? 0 : storage.elements() * storage.type().bytes();
        return new StridedTensor(
                        new TensorInfo(name, tensor.type(), tensor.shape()),
                        new StoredBytes(offset, bytes, ByteOrder.LITTLE_ENDIAN, null),
                        tensor.start(),
                        tensor.strides())
                .checkedAgainst(file);
    }

    private static TorchTensor fourDimensional(Torch7Module module, TorchTensor weight) {
        long height = (long) module.number("kH", 0);
        long width = (long) module.number("kW", 0);
        long columns = weight.shape().get(1);
        if (height < 1 || width < 1 || height > columns || width > columns || columns % (height * width) != 0) {
            throw module.corrupt(
                    "has a weight of shape " + weight.shape() + " for a kernel of " + height + "x" + width);
        }
        long step = weight.strides().get(1);
        if (step < 0 || step > storedElements(weight) / columns) {
            throw module.corrupt("has a weight that is outside its storage");
        }
        return new TorchTensor(
                weight.type(),
                List.of(weight.shape().get(0), columns / (height * width), height, width),
                List.of(weight.strides().get(0), height * width * step, width * step, step),
                weight.start(),
                weight.storage());
    }

    private static long storedElements(TorchTensor weight) {
        return weight.storage() == null ? 0 : weight.storage().elements();
    }

    /** Checks that a bias is zero. Networks of old cuDNN bindings have such a bias, which torchvision omits. */
    private void requireZero(Torch7Module module, @Nullable TorchTensor bias) {
        if (bias == null) {
            return;
        }
        for (float value : view("bias", bias).read(file)) {
            if (value != 0) {
                throw file.errors()
                        .refused(
                                module.offset(),
                                module.layer() + " has a bias that is not zero",
                                "give a network whose convolutions have no bias, such as those of fb.resnet.torch");
            }
        }
    }
}
