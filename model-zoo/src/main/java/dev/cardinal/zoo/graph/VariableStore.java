package dev.cardinal.zoo.graph;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * The weights of a graph under construction, as reference variables that are filled through placeholders.
 *
 * <p>Weights travel through placeholders since a constant would put them into the graph definition, which protobuf limits to
 * 2 GiB; and they are reference variables ({@code VariableV2}) since TensorFlow Java's saver saves only those. The nodes that
 * fill them live under {@link #SCOPE} and are no part of the model.
 */
final class VariableStore {
    /** Name scope of the nodes that only fill variables. */
    static final String SCOPE = "import";

    private record Slot(Placeholder<TFloat32> value, Assign<TFloat32> assign, Shape shape) {}

    private final Ops ops;
    private final Ops importing;
    private final List<Slot> slots = new ArrayList<>();

    VariableStore(Ops ops) {
        this.ops = ops;
        this.importing = ops.withSubScope(SCOPE);
    }

    /** Adds a variable; variables are filled in the order they are added. */
    Operand<TFloat32> variable(String name, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        Variable<TFloat32> variable = ops.withName(name).variable(shape, TFloat32.class);
        Placeholder<TFloat32> value =
                importing.withName(name + ".value").placeholder(TFloat32.class, Placeholder.shape(shape));
        Assign<TFloat32> assign = importing.withName(name + ".assign").assign(variable, value);
        slots.add(new Slot(value, assign, shape));
        return ops.withName(name + ".read").identity(variable);
    }

    /** Fills the next variable in order with row-major values. */
    void fill(Session session, int index, float[] values) {
        Slot slot = slots.get(index);
        try (TFloat32 tensor = TFloat32.tensorOf(slot.shape(), DataBuffers.of(values, false, false))) {
            session.runner().feed(slot.value(), tensor).addTarget(slot.assign()).run();
        }
    }

    int size() {
        return slots.size();
    }
}
