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
 * Adds weights to a graph as variables, which a session restores from the files of {@link TensorBundleWriter}.
 * Constants would be part of the graph definition, which protobuf limits to 2 GiB. Not thread-safe.
 */
final class VariableBuilder {
    private static final String SCOPE = "save";

    /**
     * Name and shape of a variable.
     *
     * @param name name in the graph and in the files
     * @param shape dimensions
     */
    record Spec(String name, Shape shape) {}

    private final Ops ops;
    private final List<Spec> specs = new ArrayList<>();
    private final List<Variable<TFloat32>> variables = new ArrayList<>();

    VariableBuilder(Ops ops) {
        this.ops = ops;
    }

    /** Adds a variable and returns its value. */
    Operand<TFloat32> variable(String name, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        Variable<TFloat32> variable = ops.withName(name).variable(shape, TFloat32.class);
        specs.add(new Spec(name, shape));
        variables.add(variable);
        return ops.withName(name + ".read").identity(variable);
    }

    /** Returns the variables in the order of their addition; unmodifiable. */
    List<Spec> specs() {
        return Collections.unmodifiableList(specs);
    }

    /** Adds and returns the operations that save and restore all variables. No variable can be added afterwards. */
    SaverDef saver() {
        Ops saving = ops.withSubScope(SCOPE);
        Placeholder<TString> file =
                saving.withName("filename").placeholder(TString.class, Placeholder.shape(Shape.scalar()));
        Operand<TString> names = saving.withName("names")
                .constant(
                        NdArrays.vectorOfObjects(specs.stream().map(Spec::name).toArray(String[]::new)));
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
