package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.Torch7Value.Storage;
import dev.cardinal.zoo.checkpoint.Torch7Value.Tensor;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Turns layers of a Torch7 network into tensors with torchvision's names. Not thread-safe. */
final class Torch7Tensors {
    private static final double DEFAULT_EPS = 1e-5;
    private static final int FIRST_VERSION_WITH_VARIANCE = 2;

    private final MappedFile file;
    private final NamedTensors tensors;
    private @Nullable Double eps;

    Torch7Tensors(MappedFile file) {
        this.file = file;
        this.tensors = new NamedTensors(file);
    }

    Map<String, TensorSource> all() {
        return tensors.all();
    }

    OptionalDouble batchNormEps() {
        return eps == null ? OptionalDouble.empty() : OptionalDouble.of(eps);
    }

    /** Weight of a convolution; old ones are stored as [out, in / groups * kH * kW]. */
    void convolution(String name, Torch7Module module) {
        Tensor weight = module.requiredTensor("weight");
        requireZero(module, module.tensor("bias"));
        if (weight.shape().size() == 2) {
            weight = fourDimensional(module, weight);
        }
        if (weight.shape().size() != 4) {
            throw module.damaged("has a weight of shape " + weight.shape());
        }
        tensors.add(view(name + ".weight", weight));
    }

    void batchNorm(String name, Torch7Module module) {
        double moduleEps = module.number("eps", DEFAULT_EPS);
        if (eps != null && eps != moduleEps) {
            throw module.damaged("has eps " + moduleEps + ", those before have " + eps);
        }
        eps = moduleEps;
        add(name, "weight", module);
        add(name, "bias", module);
        add(name, "running_mean", module);
        Tensor inverseStd = module.version() < FIRST_VERSION_WITH_VARIANCE ? module.tensor("running_std") : null;
        if (inverseStd == null) {
            add(name, "running_var", module);
        } else {
            tensors.add(new VarianceOfInverseStd(view(name + ".running_var", inverseStd), moduleEps));
        }
    }

    void linear(String name, Torch7Module module) {
        add(name, "weight", module);
        add(name, "bias", module);
    }

    private void add(String name, String field, Torch7Module module) {
        tensors.add(view(name + "." + field, module.requiredTensor(field)));
    }

    private StridedTensor view(String name, Tensor tensor) {
        Storage storage = tensor.storage();
        long offset = storage == null ? 0 : storage.offset();
        long bytes = storage == null ? 0 : storage.elements() * storage.type().bytes();
        return new StridedTensor(
                        new TensorInfo(name, tensor.type(), tensor.shape()),
                        new StoredBytes(offset, bytes, ByteOrder.LITTLE_ENDIAN, null),
                        tensor.start(),
                        tensor.strides())
                .checkedAgainst(file);
    }

    private static Tensor fourDimensional(Torch7Module module, Tensor weight) {
        long height = (long) module.number("kH", 0);
        long width = (long) module.number("kW", 0);
        long columns = weight.shape().get(1);
        if (height < 1 || width < 1 || height > columns || width > columns || columns % (height * width) != 0) {
            throw module.damaged(
                    "has a weight of shape " + weight.shape() + " for a kernel of " + height + "x" + width);
        }
        long step = weight.strides().get(1);
        if (step < 0 || step > file(weight) / columns) {
            throw module.damaged("has a weight that reaches outside its storage");
        }
        return new Tensor(
                weight.type(),
                List.of(weight.shape().get(0), columns / (height * width), height, width),
                List.of(weight.strides().get(0), height * width * step, width * step, step),
                weight.start(),
                weight.storage());
    }

    private static long file(Tensor weight) {
        return weight.storage() == null ? 0 : weight.storage().elements();
    }

    /** Networks trained with old cuDNN bindings keep a bias of zeros, which torchvision leaves out. */
    private void requireZero(Torch7Module module, @Nullable Tensor bias) {
        if (bias == null) {
            return;
        }
        for (float value : view("bias", bias).read(file)) {
            if (value != 0) {
                throw file.origin()
                        .refused(
                                module.offset(),
                                module.layer() + " has a bias that is not zero",
                                "give a network whose convolutions have none, as those of fb.resnet.torch");
            }
        }
    }
}
