package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.Torch7Value.Fields;
import dev.cardinal.zoo.checkpoint.Torch7Value.Instance;
import dev.cardinal.zoo.checkpoint.Torch7Value.LuaTable;
import dev.cardinal.zoo.checkpoint.Torch7Value.Nil;
import dev.cardinal.zoo.checkpoint.Torch7Value.Num;
import dev.cardinal.zoo.checkpoint.Torch7Value.TorchTensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One module of a Torch7 network. Classes of {@code nn} and {@code cudnn} with the same name are the same layer.
 *
 * @param layer class name without its package
 * @param version version of the class in the file; 0 if the file has none
 * @param offset offset of the module in the file
 * @param fields fields of the module
 * @param errors errors of the file
 */
record Torch7Module(String layer, int version, long offset, LuaTable fields, CheckpointErrors errors) {

    /** Returns a value as a module, or null if it is not a module. */
    static @Nullable Torch7Module of(@Nullable Torch7Value value, CheckpointErrors errors) {
        if (value instanceof Instance instance && instance.body() instanceof Fields body) {
            String layer = instance.className.replaceFirst("^(nn|cudnn)\\.", "");
            return new Torch7Module(layer, instance.version, instance.offset, body.table(), errors);
        }
        return null;
    }

    boolean is(String... layers) {
        return List.of(layers).contains(layer);
    }

    /** Returns the child modules in order. */
    List<Torch7Module> children() {
        List<Torch7Module> children = new ArrayList<>();
        if (fields.get("modules") instanceof LuaTable modules) {
            for (int i = 1; i <= modules.entries.size(); i++) {
                Torch7Module child = of(modules.get(i), errors);
                if (child == null) {
                    throw corrupt("has no module " + i);
                }
                children.add(child);
            }
        }
        return children;
    }

    /** Returns the tensor in a field, or null if the field is missing or nil. */
    @Nullable
    TorchTensor tensor(String name) {
        Torch7Value value = fields.get(name);
        if (value == null || value == Nil.NIL) {
            return null;
        }
        if (value instanceof Instance instance && instance.body() instanceof TorchTensor tensor) {
            return tensor;
        }
        throw corrupt("has a field " + name + " that is not a tensor");
    }

    /** @throws CardinalException if the field is missing or nil */
    TorchTensor requiredTensor(String name) {
        TorchTensor tensor = tensor(name);
        if (tensor == null) {
            throw corrupt("has no " + name);
        }
        return tensor;
    }

    /** Returns the number in a field, or {@code otherwise} if the field is not a number. */
    double number(String name, double otherwise) {
        return fields.get(name) instanceof Num number ? number.value() : otherwise;
    }

    /** Returns the error of a module that violates its class. */
    CardinalException corrupt(String reason) {
        return errors.corrupt(offset, layer + " " + reason);
    }

    /** Returns the error of a module that supported networks do not have. */
    CardinalException unexpected(String where) {
        return errors.refused(
                offset,
                where + " contains a " + layer + ", which a ResNeXt of fb.resnet.torch does not have there",
                "give a ResNet or ResNeXt of that family");
    }
}
