package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.Torch7Value.Fields;
import dev.cardinal.zoo.checkpoint.Torch7Value.Instance;
import dev.cardinal.zoo.checkpoint.Torch7Value.Nil;
import dev.cardinal.zoo.checkpoint.Torch7Value.Num;
import dev.cardinal.zoo.checkpoint.Torch7Value.Table;
import dev.cardinal.zoo.checkpoint.Torch7Value.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An nn module: its layer and its fields. The spellings of {@code nn} and {@code cudnn} are the same layer.
 *
 * @param layer class name without its package
 * @param version version of the class when it was written; 0 where none was
 * @param offset where it begins in the file
 * @param fields what it holds
 * @param origin the file, for errors
 */
record Torch7Module(String layer, int version, long offset, Table fields, Origin origin) {

    /** The module a value is, or null. */
    static @Nullable Torch7Module of(@Nullable Torch7Value value, Origin origin) {
        if (value instanceof Instance instance && instance.body() instanceof Fields body) {
            String layer = instance.className.replaceFirst("^(nn|cudnn)\\.", "");
            return new Torch7Module(layer, instance.version, instance.offset, body.table(), origin);
        }
        return null;
    }

    boolean is(String... layers) {
        return List.of(layers).contains(layer);
    }

    /** Its children in order. */
    List<Torch7Module> children() {
        List<Torch7Module> children = new ArrayList<>();
        if (fields.get("modules") instanceof Table modules) {
            for (int i = 1; i <= modules.entries.size(); i++) {
                Torch7Module child = of(modules.get(i), origin);
                if (child == null) {
                    throw damaged("has no module " + i);
                }
                children.add(child);
            }
        }
        return children;
    }

    /** A tensor among its fields, or null where there is none or nil. */
    @Nullable
    Tensor tensor(String name) {
        Torch7Value value = fields.get(name);
        if (value == null || value == Nil.NIL) {
            return null;
        }
        if (value instanceof Instance instance && instance.body() instanceof Tensor tensor) {
            return tensor;
        }
        throw damaged("has a field " + name + " that is no tensor");
    }

    /** @throws CardinalException if there is no such tensor */
    Tensor requiredTensor(String name) {
        Tensor tensor = tensor(name);
        if (tensor == null) {
            throw damaged("has no " + name);
        }
        return tensor;
    }

    /** A number among its fields, or a value to take where there is none. */
    double number(String name, double otherwise) {
        return fields.get(name) instanceof Num number ? number.value() : otherwise;
    }

    /** It contradicts what its class holds. */
    CardinalException damaged(String reason) {
        return origin.damaged(offset, layer + " " + reason);
    }

    /** It is no part of the networks that are read. */
    CardinalException unexpected(String where) {
        return origin.refused(
                offset,
                where + " has a " + layer + ", which a ResNeXt of fb.resnet.torch does not have there",
                "give a ResNet or ResNeXt of that family");
    }
}
