package dev.cardinal.zoo.graph;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.GraphOperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;

/**
 * Creates a graph with constants instead of the variables of a loaded model. A session converts the layout of constant
 * weights once, but that of variables in every run, and it folds and fuses more operations with constants. Filters of
 * convolutions can get wider groups ({@link GroupMerge}). The saved model remains unchanged.
 *
 * <p>Supports graphs of stateless operations whose variables are of type {@code VariableV2}, such as
 * {@link ResNetGraph} and models of TensorFlow 1. TensorFlow 2 saves functions, which remain unchanged. Not
 * thread-safe.
 */
final class GraphFreezer {
    /**
     * Larger models keep their variables. Constants are part of the graph definition, of which a session has about twelve copies,
     * and large models are as fast with variables (docs/benchmarks.md, "Memory of a model").
     */
    private static final long MAX_BYTES = 256L << 20;

    private static final String VARIABLE = "VariableV2";
    private static final Set<String> COPYABLE = Set.of(VARIABLE, "Placeholder", "Const");
    private static final String CONVOLUTION = "Conv2D";
    private static final String IDENTITY = "Identity";
    private static final String MERGED = "/merged_filter";
    private static final String CONTROL = "^";
    private static final int BYTES_OF_FLOAT = 4;

    private final SavedModelBundle model;
    private final GroupMerge merge;
    private final Map<String, NodeDef> nodes;
    private final Map<String, OpDef> definitions;
    private final Map<String, GraphOperation> copies = new HashMap<>();

    private GraphFreezer(SavedModelBundle model, GroupMerge merge) {
        this.model = model;
        this.merge = merge;
        this.nodes = model.metaGraphDef().getGraphDef().getNodeList().stream()
                .collect(Collectors.toMap(NodeDef::getName, node -> node));
        this.definitions = TensorFlow.registeredOpList().getOpList().stream()
                .collect(Collectors.toMap(OpDef::getName, definition -> definition));
    }

    /**
     * Returns the part of a model's graph that some tensors need, with the same names.
     *
     * @param tensors names of the form {@code operation:index}
     * @param merge groups of convolutions that become wider
     * @return the graph, which the caller closes; empty if the model cannot be frozen
     */
    static Optional<Graph> freeze(SavedModelBundle model, List<String> tensors, GroupMerge merge) {
        GraphFreezer freezer = new GraphFreezer(model, merge);
        List<NodeDef> order = freezer.inOrder(tensors);
        if (order.isEmpty() || !order.stream().allMatch(freezer::canCopy) || bytes(order) > MAX_BYTES) {
            return Optional.empty();
        }
        Graph graph = new Graph();
        try {
            order.forEach(node -> freezer.copy(node, graph));
        } catch (RuntimeException | Error e) {
            graph.close();
            throw e;
        }
        return Optional.of(graph);
    }

    /** Returns the nodes that tensors need, each after its own inputs; empty if there is a cycle. */
    private List<NodeDef> inOrder(List<String> tensors) {
        List<NodeDef> order = new ArrayList<>();
        Set<String> open = new HashSet<>();
        Set<String> done = new HashSet<>();
        Deque<String> stack = new ArrayDeque<>();
        tensors.forEach(tensor -> stack.push(operation(tensor)));
        while (!stack.isEmpty()) {
            String name = stack.peek();
            if (done.contains(name)) {
                stack.pop();
                continue;
            }
            NodeDef node = nodes.get(name);
            if (node == null) {
                return List.of();
            }
            List<String> missing = node.getInputList().stream()
                    .map(GraphFreezer::operation)
                    .filter(input -> !done.contains(input))
                    .toList();
            if (missing.isEmpty()) {
                stack.pop();
                open.remove(name);
                done.add(name);
                order.add(node);
            } else if (!open.add(name) || missing.stream().anyMatch(open::contains)) {
                return List.of();
            } else {
                missing.forEach(stack::push);
            }
        }
        return order;
    }

    private boolean canCopy(NodeDef node) {
        OpDef definition = definitions.get(node.getOp());
        return definition != null
                && (!definition.getIsStateful() || COPYABLE.contains(node.getOp()))
                && node.getAttrMap().values().stream().noneMatch(AttrValue::hasFunc)
                && definition.getInputArgList().stream().noneMatch(OpDef.ArgDef::getIsRef) // these write to variables
                && (!node.getOp().equals(VARIABLE) || bytes(node) >= 0);
    }

    private static long bytes(List<NodeDef> order) {
        return order.stream()
                .filter(node -> node.getOp().equals(VARIABLE))
                .mapToLong(GraphFreezer::bytes)
                .sum();
    }

    /** Returns the size of a variable in bytes; -1 if it is not a float variable of known shape. */
    private static long bytes(NodeDef variable) {
        TensorShapeProto shape = variable.getAttrOrThrow("shape").getShape();
        if (shape.getUnknownRank() || variable.getAttrOrThrow("dtype").getType() != DataType.DT_FLOAT) {
            return -1;
        }
        long size = BYTES_OF_FLOAT;
        for (TensorShapeProto.Dim dimension : shape.getDimList()) {
            if (dimension.getSize() < 0) {
                return -1;
            }
            size *= dimension.getSize();
        }
        return size;
    }

    private void copy(NodeDef node, Graph graph) {
        copies.put(node.getName(), node.getOp().equals(VARIABLE) ? constant(node, graph) : same(node, graph));
    }

    private GraphOperation constant(NodeDef variable, Graph graph) {
        try (Result value = value(variable)) {
            return constant(variable.getName(), value.get(0), graph);
        }
    }

    private Result value(NodeDef variable) {
        return model.session().runner().fetch(variable.getName() + ":0").run();
    }

    private static GraphOperation constant(String name, Tensor value, Graph graph) {
        return graph.opBuilder("Const", name, graph.baseScope())
                .setAttr("dtype", DataType.DT_FLOAT)
                .setAttr("value", value)
                .build();
    }

    /** Returns the filter of a convolution with merged groups; null if the convolution keeps its groups. */
    private @Nullable Output<?> mergedFilter(NodeDef node, Graph graph) {
        String layout = node.getAttrOrDefault("data_format", AttrValue.getDefaultInstance())
                .getS()
                .toStringUtf8();
        if (!node.getOp().equals(CONVOLUTION) || layout.equals("NCHW")) {
            return null;
        }
        NodeDef filter = variable(node.getInput(1));
        Shape input = output(node.getInput(0)).shape();
        if (filter == null || input.numDimensions() != 4 || input.get(3) == Shape.UNKNOWN_SIZE) {
            return null;
        }
        int factor = merge.factor(input.get(3), output(node.getInput(1)).shape());
        String name = node.getName() + MERGED;
        if (factor == 1 || nodes.containsKey(name)) {
            return null;
        }
        try (Result value = value(filter)) {
            TFloat32 weights = (TFloat32) value.get(0);
            int groups = Math.toIntExact(input.get(3) / weights.shape().get(2));
            try (TFloat32 merged = GroupMerge.merged(weights, groups, factor)) {
                return constant(name, merged, graph).output(0);
            }
        }
    }

    /** Returns the variable that a tensor is the value of; null if it is the result of a computation. */
    private @Nullable NodeDef variable(String tensor) {
        NodeDef node = requireNonNull(nodes.get(operation(tensor)));
        while (node.getOp().equals(IDENTITY)) {
            node = requireNonNull(nodes.get(operation(node.getInput(0))));
        }
        return node.getOp().equals(VARIABLE) ? node : null;
    }

    private GraphOperation same(NodeDef node, Graph graph) {
        Output<?> filter = mergedFilter(node, graph);
        GraphOperationBuilder builder = graph.opBuilder(node.getOp(), node.getName(), graph.baseScope());
        int next = 0;
        for (OpDef.ArgDef argument :
                requireNonNull(definitions.get(node.getOp())).getInputArgList()) {
            if (argument.getNumberAttr().isEmpty() && argument.getTypeListAttr().isEmpty()) {
                builder.addInput(next == 1 && filter != null ? filter : output(node.getInput(next)));
                next++;
                continue;
            }
            int count = argument.getNumberAttr().isEmpty()
                    ? node.getAttrOrThrow(argument.getTypeListAttr()).getList().getTypeCount()
                    : (int) node.getAttrOrThrow(argument.getNumberAttr()).getI();
            builder.addInputList(node.getInputList().subList(next, next + count).stream()
                    .map(this::output)
                    .toArray(Output<?>[]::new));
            next += count;
        }
        node.getInputList().stream()
                .filter(input -> input.startsWith(CONTROL))
                .forEach(input -> builder.addControlInput(copies(input)));
        node.getAttrMap().forEach((name, value) -> {
            if (!name.startsWith("_")) { // internal attributes of the runtime
                builder.setAttr(name, value);
            }
        });
        return builder.build();
    }

    private Output<?> output(String input) {
        int colon = input.indexOf(':');
        int index = colon < 0 ? 0 : Integer.parseInt(input.substring(colon + 1));
        return copies(input).output(index);
    }

    private GraphOperation copies(String input) {
        return requireNonNull(copies.get(operation(input)));
    }

    private static String operation(String tensor) {
        String name = tensor.startsWith(CONTROL) ? tensor.substring(1) : tensor;
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }
}
