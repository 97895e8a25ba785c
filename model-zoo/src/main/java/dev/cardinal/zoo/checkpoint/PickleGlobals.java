package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.PickleValue.Global;
import dev.cardinal.zoo.checkpoint.PickleValue.GlobalRole;
import dev.cardinal.zoo.checkpoint.PickleValue.StoredType;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names in a pickled checkpoint that Cardinal knows. No name is imported or executed: each one stands for data.
 */
final class PickleGlobals {
    /** By module, then by name. */
    private static final Map<String, Map<String, Global>> KNOWN = known();

    private PickleGlobals() {}

    /** Returns the name {@code module.name}. It is opaque if Cardinal does not know it. */
    static Global find(String module, String name) {
        Global known = KNOWN.getOrDefault(module, Map.of()).get(name);
        if (known != null) {
            return known;
        }
        boolean rebuilder = module.startsWith("torch.") && name.startsWith("_rebuild_");
        return new Global(rebuilder ? GlobalRole.REBUILD_UNKNOWN : GlobalRole.OPAQUE, module, name, null);
    }

    private static Map<String, Map<String, Global>> known() {
        Map<String, Map<String, Global>> all = new HashMap<>();
        add(all, "collections.OrderedDict", GlobalRole.ORDERED_DICT, null);
        add(all, "_codecs.encode", GlobalRole.ENCODE, null);
        add(all, "torch._utils._rebuild_tensor", GlobalRole.REBUILD_TENSOR, null);
        add(all, "torch._utils._rebuild_tensor_v2", GlobalRole.REBUILD_TENSOR_V2, null);
        add(all, "torch._utils._rebuild_tensor_v3", GlobalRole.REBUILD_TENSOR_V3, null);
        add(all, "torch._utils._rebuild_parameter", GlobalRole.REBUILD_SAME, null);
        add(all, "torch._utils._rebuild_parameter_with_state", GlobalRole.REBUILD_SAME, null);
        add(all, "torch._utils._rebuild_device_tensor_from_numpy", GlobalRole.REBUILD_SAME, null);
        add(all, "torch._utils._rebuild_device_tensor_from_cpu_tensor", GlobalRole.REBUILD_SAME, null);
        add(all, "torch._utils._rebuild_xla_tensor", GlobalRole.REBUILD_SAME, null);
        add(all, "torch._tensor._rebuild_from_type", GlobalRole.REBUILD_FROM_TYPE, null);
        add(all, "torch._tensor._rebuild_from_type_v2", GlobalRole.REBUILD_FROM_TYPE, null);
        add(all, "torch.tensor._rebuild_from_type", GlobalRole.REBUILD_FROM_TYPE, null);
        add(all, "torch._utils._rebuild_qtensor", GlobalRole.REBUILD_QUANTIZED, null);
        add(all, "torch._utils._rebuild_sparse_tensor", GlobalRole.REBUILD_SPARSE, null);
        add(all, "torch._utils._rebuild_sparse_csr_tensor", GlobalRole.REBUILD_SPARSE, null);
        add(all, "torch._utils._rebuild_meta_tensor_no_storage", GlobalRole.REBUILD_META, null);
        add(all, "torch._utils._rebuild_wrapper_subclass", GlobalRole.REBUILD_SUBCLASS, null);
        add(all, "torch.UntypedStorage", GlobalRole.STORAGE_TYPE, null);
        add(all, "torch.storage.UntypedStorage", GlobalRole.STORAGE_TYPE, null);
        readable(all, ElementType.FLOAT64, "DoubleStorage", "float64", "double");
        readable(all, ElementType.FLOAT32, "FloatStorage", "float32", "float");
        readable(all, ElementType.FLOAT16, "HalfStorage", "float16", "half");
        readable(all, ElementType.BFLOAT16, "BFloat16Storage", "bfloat16");
        readable(all, ElementType.INT64, "LongStorage", "int64", "long");
        readable(all, ElementType.INT32, "IntStorage", "int32", "int");
        readable(all, ElementType.INT16, "ShortStorage", "int16", "short");
        readable(all, ElementType.INT8, "CharStorage", "int8");
        readable(all, ElementType.UINT8, "ByteStorage", "uint8");
        readable(all, ElementType.BOOL, "BoolStorage", "bool");
        unreadable(all, "ComplexDoubleStorage", "torch.complex128", 16);
        unreadable(all, "ComplexFloatStorage", "torch.complex64", 8);
        unreadable(all, "QInt32Storage", "torch.qint32", 4);
        unreadable(all, "QInt8Storage", "torch.qint8", 1);
        unreadable(all, "QUInt8Storage", "torch.quint8", 1);
        unreadable(all, "QUInt4x2Storage", "torch.quint4x2", 1);
        unreadable(all, "QUInt2x4Storage", "torch.quint2x4", 1);
        return all;
    }

    private static void readable(
            Map<String, Map<String, Global>> all, ElementType type, String storage, String... dtypes) {
        StoredType stored = new StoredType("torch." + dtypes[0], type.bytes(), type);
        add(all, "torch." + storage, GlobalRole.STORAGE_TYPE, stored);
        for (String dtype : dtypes) {
            add(all, "torch." + dtype, GlobalRole.DTYPE, stored);
        }
    }

    private static void unreadable(Map<String, Map<String, Global>> all, String storage, String dtype, int bytes) {
        add(all, "torch." + storage, GlobalRole.STORAGE_TYPE, new StoredType(dtype, bytes, null));
    }

    private static void add(
            Map<String, Map<String, Global>> all, String name, GlobalRole role, @Nullable StoredType type) {
        int dot = name.lastIndexOf('.');
        String module = name.substring(0, dot);
        String simpleName = name.substring(dot + 1);
        all.computeIfAbsent(module, key -> new HashMap<>()).put(simpleName, new Global(role, module, simpleName, type));
    }
}
