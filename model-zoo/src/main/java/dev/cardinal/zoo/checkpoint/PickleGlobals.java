package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.Pickled.Global;
import dev.cardinal.zoo.checkpoint.Pickled.Role;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The only names a pickled checkpoint may mention. None is imported or run: each stands for data. */
final class PickleGlobals {
    private static final Map<String, Global> ALLOWED = allowed();

    private PickleGlobals() {}

    /** The name {@code module.name} if it is allowed, else null. */
    static @Nullable Global find(String module, String name) {
        return ALLOWED.get(module + " " + name);
    }

    private static Map<String, Global> allowed() {
        Map<String, Global> all = new HashMap<>();
        allow(all, "collections", "OrderedDict", Role.ORDERED_DICT, null);
        allow(all, "torch._utils", "_rebuild_tensor", Role.REBUILD_TENSOR, null);
        allow(all, "torch._utils", "_rebuild_tensor_v2", Role.REBUILD_TENSOR_V2, null);
        allow(all, "torch._utils", "_rebuild_tensor_v3", Role.REBUILD_TENSOR_V3, null);
        allow(all, "torch._utils", "_rebuild_parameter", Role.REBUILD_PARAMETER, null);
        allow(all, "torch", "UntypedStorage", Role.STORAGE_TYPE, null);
        allow(all, "torch.storage", "UntypedStorage", Role.STORAGE_TYPE, null);
        type(all, ElementType.FLOAT64, "DoubleStorage", "float64", "double");
        type(all, ElementType.FLOAT32, "FloatStorage", "float32", "float");
        type(all, ElementType.FLOAT16, "HalfStorage", "float16", "half");
        type(all, ElementType.BFLOAT16, "BFloat16Storage", "bfloat16");
        type(all, ElementType.INT64, "LongStorage", "int64", "long");
        type(all, ElementType.INT32, "IntStorage", "int32", "int");
        type(all, ElementType.INT16, "ShortStorage", "int16", "short");
        type(all, ElementType.INT8, "CharStorage", "int8");
        type(all, ElementType.UINT8, "ByteStorage", "uint8");
        type(all, ElementType.BOOL, "BoolStorage", "bool");
        return Map.copyOf(all);
    }

    private static void type(Map<String, Global> all, ElementType type, String storage, String... dtypes) {
        allow(all, "torch", storage, Role.STORAGE_TYPE, type);
        for (String dtype : dtypes) {
            allow(all, "torch", dtype, Role.DTYPE, type);
        }
    }

    private static void allow(
            Map<String, Global> all, String module, String name, Role role, @Nullable ElementType type) {
        all.put(module + " " + name, new Global(role, module + "." + name, type));
    }
}
