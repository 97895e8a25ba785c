package dev.cardinal.zoo.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.train.Restore;
import org.tensorflow.op.train.Save;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/**
 * The weights of a graph under construction, as variables that a session restores from {@link VariableFiles}. A constant would put
 * them into the graph definition, which protobuf limits to 2 GiB. Not thread-safe.
 */
final class VariableStore {
    private static final String SCOPE = "save";

    /**
     * A variable.
     *
     * @param name in the graph and in the files
     * @param shape its dimensions
     */
    record Slot(String name, Shape shape) {}

    private final Ops ops;
    private final List<Slot> slots = new ArrayList<>();
    private final List<Variable<TFloat32>> variables = new ArrayList<>();

    VariableStore(Ops ops) {
        this.ops = ops;
    }

    /** Adds a variable. */
    Operand<TFloat32> variable(String name, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        Variable<TFloat32> variable = ops.withName(name).variable(shape, TFloat32.class);
        slots.add(new Slot(name, shape));
        variables.add(variable);
        return ops.withName(name + ".read").identity(variable);
    }

    /** The variables in the order they were added. */
    List<Slot> slots() {
        return Collections.unmodifiableList(slots);
    }

    /** Adds the operations that save and restore all variables, once there will be no more, and says which they are. */
    SaverDef saver() {
        Ops saving = ops.withSubScope(SCOPE);
        Placeholder<TString> file =
                saving.withName("filename").placeholder(TString.class, Placeholder.shape(Shape.scalar()));
        Operand<TString> names = saving.withName("names")
                .constant(
                        NdArrays.vectorOfObjects(slots.stream().map(Slot::name).toArray(String[]::new)));
        Operand<TString> whole = saving.withName("slices").zerosLike(names);
        Save save = saving.withName("save").train.save(file, names, whole, List.copyOf(variables));
        Operand<TString> saved =
                saving.withControlDependencies(save).withName("saved").identity(file);
        Restore restore = saving.withName("restore")
                .train
                .restore(file, names, whole, Collections.nCopies(variables.size(), TFloat32.class));
        List<Op> assigned = new ArrayList<>();
        for (int i = 0; i < variables.size(); i++) {
            @SuppressWarnings("unchecked") // every variable holds floats
            Operand<TFloat32> value = (Operand<TFloat32>) restore.tensors().get(i);
            assigned.add(saving.withName("assign_" + i).assign(variables.get(i), value));
        }
        Op restored =
                saving.withControlDependencies(assigned).withName("restore_all").noOp();
        return SaverDef.newBuilder()
                .setFilenameTensorName(file.op().name() + ":0")
                .setSaveTensorName(saved.op().name() + ":0")
                .setRestoreOpName(restored.op().name())
                .setVersion(SaverDef.CheckpointFormatVersion.V2)
                .build();
    }
}
