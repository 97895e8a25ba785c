package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.PickleValue.Bool;
import dev.cardinal.zoo.checkpoint.PickleValue.Dict;
import dev.cardinal.zoo.checkpoint.PickleValue.Global;
import dev.cardinal.zoo.checkpoint.PickleValue.Int;
import dev.cardinal.zoo.checkpoint.PickleValue.None;
import dev.cardinal.zoo.checkpoint.PickleValue.Opaque;
import dev.cardinal.zoo.checkpoint.PickleValue.OpaqueSet;
import dev.cardinal.zoo.checkpoint.PickleValue.Real;
import dev.cardinal.zoo.checkpoint.PickleValue.Sequence;
import dev.cardinal.zoo.checkpoint.PickleValue.Text;
import dev.cardinal.zoo.checkpoint.PickleValue.Tuple;
import dev.cardinal.zoo.checkpoint.PickleValue.UnreadableTensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads pickles of the protocols 2 to 5.
 *
 * <p>It builds plain data and executes nothing: a class or function that is not in {@link PickleGlobals} becomes an
 * inert object. The sizes of stack, memo and strings and the number of opcodes are limited. Spark's pickle library,
 * Pyrolite, has neither inert objects nor such limits. One instance reads one pickle. Not thread-safe.
 *
 * <p>Opcodes: {@code pickletools} of CPython.
 */
final class Unpickler {
    private static final int MAX_OPCODES = 2_000_000;
    private static final int MAX_STACK = 100_000;
    private static final int MAX_MEMO = 500_000;
    private static final int MAX_PROTOCOL = 5;

    private final PickleReader in;
    private final PersistentIds persistentIds;
    private final TensorRebuilder rebuilder;
    private final List<PickleValue> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Integer, PickleValue> memo = new HashMap<>();

    Unpickler(ByteCursor cursor, PersistentIds persistentIds) {
        this.in = new PickleReader(cursor);
        this.persistentIds = persistentIds;
        this.rebuilder = new TensorRebuilder(in);
    }

    /**
     * Reads the pickle at the cursor. The cursor is then after its end.
     *
     * @throws CardinalException if the pickle is corrupt or too large, or has opcodes that no checkpoint needs
     */
    PickleValue load() {
        for (int opcodes = 0; opcodes < MAX_OPCODES; opcodes++) {
            int opcode = in.opcode();
            if (opcode == '.') {
                PickleValue result = pop();
                if (!stack.isEmpty() || !marks.isEmpty()) {
                    throw in.corrupt("the pickle ends with unused values");
                }
                return result;
            }
            step(opcode);
            if (stack.size() > MAX_STACK || marks.size() > MAX_STACK) {
                throw in.corrupt("the pickle is nested deeper than " + MAX_STACK);
            }
        }
        throw in.corrupt("the pickle has more than " + MAX_OPCODES + " opcodes");
    }

    private void step(int opcode) {
        switch (opcode) {
            case 0x80 -> protocol(in.uint8());
            case 0x95 -> in.length64();
            case 'q' -> memoize(in.uint8());
            case 'r' -> memoize(in.index32());
            case 0x94 -> memoize(memo.size());
            case 'h' -> recall(in.uint8());
            case 'j' -> recall(in.index32());
            case '(' -> marks.push(stack.size());
            case '0' -> popOrUnmark();
            case '1' -> popToMark();
            case '2' -> stack.add(peek());
            case 'a' -> append(pop(1));
            case 'e' -> append(popToMark());
            case 's' -> put(pop(2), items(peek()));
            case 'u' -> put(popToMark(), items(peek()));
            case 0x90 -> addToSet();
            case 'R' -> call(pop(2));
            case 0x81 -> newObject(pop(2));
            case 0x92 -> newObject(pop(3).subList(0, 2));
            case 'o' -> instantiate(popToMark());
            case 'i' -> instantiate(in.line(), in.line(), popToMark());
            case 'b' -> build();
            default -> stack.add(value(opcode));
        }
    }

    /** Returns the value that an opcode pushes. */
    private PickleValue value(int opcode) {
        return switch (opcode) {
            case 'N' -> None.NONE;
            case 0x88 -> new Bool(true);
            case 0x89 -> new Bool(false);
            case 'J' -> new Int(in.int32());
            case 'K' -> new Int(in.uint8());
            case 'M' -> new Int(in.uint16());
            case 0x8a -> in.long1();
            case 0x8b -> in.long4();
            case 'G' -> new Real(in.bigEndianFloat64());
            case 0x8c -> in.unicode(in.uint8());
            case 'X' -> in.unicode(in.length32());
            case 0x8d -> in.unicode(in.length64());
            case 'U' -> in.string(in.uint8());
            case 'T' -> in.string(in.length32());
            case 'C' -> in.bytes(in.uint8());
            case 'B' -> in.bytes(in.length32());
            case 0x8e, 0x96 -> in.bytes(in.length64());
            case ')' -> new Tuple(List.of());
            case 't' -> new Tuple(popToMark());
            case 0x85 -> new Tuple(pop(1));
            case 0x86 -> new Tuple(pop(2));
            case 0x87 -> new Tuple(pop(3));
            case ']' -> new Sequence();
            case 'l' -> list(popToMark());
            case '}' -> new Dict();
            case 'd' -> put(popToMark(), new Dict());
            case 0x8f -> new OpaqueSet();
            case 0x91 -> {
                popToMark();
                yield new OpaqueSet();
            }
            case 'c' -> PickleGlobals.find(in.line(), in.line());
            case 0x93 -> global(pop(2));
            case 'Q' -> persistentIds.resolve(pop(), in);
            default ->
                throw in.refused(String.format(Locale.ROOT, "opcode 0x%02x is not part of a checkpoint", opcode));
        };
    }

    private void protocol(int version) {
        if (version > MAX_PROTOCOL) {
            throw in.corrupt("unknown pickle protocol " + version);
        }
    }

    private PickleValue global(List<PickleValue> names) {
        if (!(names.get(0) instanceof Text module) || !(names.get(1) instanceof Text name)) {
            throw in.corrupt("the name of a class is not a string");
        }
        if (module.value().length() > PickleReader.MAX_NAME || name.value().length() > PickleReader.MAX_NAME) {
            throw in.corrupt("a name is longer than " + PickleReader.MAX_NAME);
        }
        return PickleGlobals.find(module.value(), name.value());
    }

    private void call(List<PickleValue> calleeAndArguments) {
        if (!(calleeAndArguments.get(1) instanceof Tuple arguments)) {
            throw in.corrupt("the arguments of a call are not a tuple");
        }
        stack.add(
                calleeAndArguments.get(0) instanceof Global global
                        ? rebuilder.call(global, arguments.items)
                        : opaque(calleeAndArguments.get(0), arguments.items));
    }

    /** Adds an object of a class. It is inert unless the class is OrderedDict. */
    private void newObject(List<PickleValue> typeAndArguments) {
        if (!(typeAndArguments.get(1) instanceof Tuple arguments)) {
            throw in.corrupt("the arguments of a call are not a tuple");
        }
        boolean dict =
                typeAndArguments.get(0) instanceof Global type && type.role() == PickleValue.GlobalRole.ORDERED_DICT;
        stack.add(dict ? new Dict() : opaque(typeAndArguments.get(0), arguments.items));
    }

    private void instantiate(List<PickleValue> typeAndArguments) {
        if (typeAndArguments.isEmpty()) {
            throw in.corrupt("an object has no class");
        }
        stack.add(opaque(typeAndArguments.get(0), typeAndArguments.subList(1, typeAndArguments.size())));
    }

    private void instantiate(String module, String name, List<PickleValue> arguments) {
        stack.add(opaque(PickleGlobals.find(module, name), arguments));
    }

    /** Returns an inert object. Its class can itself be the result of a call, for example of {@code getattr}. */
    private Opaque opaque(PickleValue type, List<PickleValue> arguments) {
        if (type instanceof Global global) {
            return new Opaque(global, arguments);
        }
        if (type instanceof Opaque callee) {
            return new Opaque(callee.type, arguments);
        }
        throw in.corrupt("the pickle calls something that is not a name");
    }

    /**
     * Sets the state of an inert object. Ignores the attributes of a dict, such as {@code _metadata} with the versions
     * of the modules, because its items are complete.
     */
    private void build() {
        PickleValue state = pop();
        PickleValue target = peek();
        if (target instanceof Opaque object) {
            object.state = state;
        } else if (!(target instanceof Dict || target instanceof UnreadableTensor || target instanceof Global)) {
            throw in.refused("the pickle sets the state of a value that has none");
        }
    }

    private void append(List<PickleValue> items) {
        PickleValue target = peek();
        if (target instanceof Sequence list) {
            list.items.addAll(items);
        } else if (!(target instanceof Opaque)) {
            throw in.corrupt("the pickle appends to something that is not a list");
        }
    }

    private void addToSet() {
        popToMark();
        PickleValue target = peek();
        if (!(target instanceof OpaqueSet || target instanceof Opaque)) {
            throw in.corrupt("the pickle adds to something that is not a set");
        }
    }

    private Dict put(List<PickleValue> keysAndValues, Dict target) {
        if (keysAndValues.size() % 2 != 0) {
            throw in.corrupt("the pickle sets a key without a value");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            target.put(keysAndValues.get(i), keysAndValues.get(i + 1));
        }
        return target;
    }

    /** Returns the items of a dict, or of an object of a subclass of dict. */
    private Dict items(PickleValue target) {
        if (target instanceof Dict dict) {
            return dict;
        }
        if (!(target instanceof Opaque object)) {
            throw in.corrupt("the pickle sets an item of something that is not a dict");
        }
        Dict items = object.items == null ? new Dict() : object.items;
        object.items = items;
        return items;
    }

    private static Sequence list(List<PickleValue> items) {
        Sequence list = new Sequence();
        list.items.addAll(items);
        return list;
    }

    private void memoize(int index) {
        memo.put(index, peek());
        if (memo.size() > MAX_MEMO) {
            throw in.corrupt("the pickle stores more than " + MAX_MEMO + " values in its memo");
        }
    }

    private void recall(int index) {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw in.corrupt("the pickle reads memo " + index + ", which it never stored");
        }
        stack.add(value);
    }

    /** Discards the top value, or the mark if there is no value above it. */
    private void popOrUnmark() {
        if (!marks.isEmpty() && marks.peek() == stack.size()) {
            marks.pop();
        } else {
            pop();
        }
    }

    private PickleValue peek() {
        requireAboveMark(1);
        return stack.get(stack.size() - 1);
    }

    private PickleValue pop() {
        requireAboveMark(1);
        return stack.remove(stack.size() - 1);
    }

    private List<PickleValue> pop(int count) {
        requireAboveMark(count);
        return popFrom(stack.size() - count);
    }

    private List<PickleValue> popToMark() {
        if (marks.isEmpty()) {
            throw in.corrupt("the pickle needs a mark, but there is none");
        }
        return popFrom(marks.pop());
    }

    private List<PickleValue> popFrom(int start) {
        List<PickleValue> tail = stack.subList(start, stack.size());
        List<PickleValue> popped = List.copyOf(tail);
        tail.clear();
        return popped;
    }

    private void requireAboveMark(int count) {
        int floor = marks.isEmpty() ? 0 : marks.peek();
        if (stack.size() - floor < count) {
            throw in.corrupt("the pickle takes " + count + " values, but only " + (stack.size() - floor) + " are left");
        }
    }
}
