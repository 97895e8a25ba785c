package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.Pickled.Bool;
import dev.cardinal.zoo.checkpoint.Pickled.Dict;
import dev.cardinal.zoo.checkpoint.Pickled.Global;
import dev.cardinal.zoo.checkpoint.Pickled.Int;
import dev.cardinal.zoo.checkpoint.Pickled.None;
import dev.cardinal.zoo.checkpoint.Pickled.Real;
import dev.cardinal.zoo.checkpoint.Pickled.Role;
import dev.cardinal.zoo.checkpoint.Pickled.Sequence;
import dev.cardinal.zoo.checkpoint.Pickled.Text;
import dev.cardinal.zoo.checkpoint.Pickled.Tuple;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A reader of the part of Python's pickle language that state dicts are written in.
 *
 * <p>It builds data and runs nothing: names outside {@link PickleGlobals} and every other opcode are refused, and stack, memo,
 * strings and opcodes are bounded. One instance reads one pickle. Not thread-safe.
 */
final class Unpickler {
    private static final int MAX_OPCODES = 1_000_000;
    private static final int MAX_STACK = 100_000;
    private static final int MAX_MEMO = 500_000;
    private static final int MAX_PROTOCOL = 5;

    private final PickleReader in;
    private final PersistentIds persistentIds;
    private final TensorRebuilder rebuilder;
    private final List<Pickled> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Integer, Pickled> memo = new HashMap<>();

    Unpickler(ByteCursor cursor, PersistentIds persistentIds) {
        this.in = new PickleReader(cursor);
        this.persistentIds = persistentIds;
        this.rebuilder = new TensorRebuilder(in);
    }

    /**
     * The value of the pickle that begins at the cursor, which is left after its end.
     *
     * @throws CardinalException if it is damaged, too big, or asks for more than building plain data
     */
    Pickled load() {
        for (int opcodes = 0; opcodes < MAX_OPCODES; opcodes++) {
            int opcode = in.opcode();
            if (opcode == '.') {
                Pickled result = pop();
                if (!stack.isEmpty() || !marks.isEmpty()) {
                    throw in.damaged("the pickle leaves values behind");
                }
                return result;
            }
            step(opcode);
            if (stack.size() > MAX_STACK || marks.size() > MAX_STACK) {
                throw in.damaged("the pickle nests deeper than " + MAX_STACK);
            }
        }
        throw in.damaged("the pickle has more than " + MAX_OPCODES + " opcodes");
    }

    private void step(int opcode) {
        switch (opcode) {
            case 0x80 -> protocol(in.uint8());
            case '(' -> marks.push(stack.size());
            case 'N' -> stack.add(None.NONE);
            case 0x88 -> stack.add(new Bool(true));
            case 0x89 -> stack.add(new Bool(false));
            case 'J' -> stack.add(new Int(in.int32()));
            case 'K' -> stack.add(new Int(in.uint8()));
            case 'M' -> stack.add(new Int(in.uint16()));
            case 0x8a -> stack.add(in.long1());
            case 'G' -> stack.add(new Real(in.bigEndianFloat64()));
            case 'X' -> stack.add(new Text(in.unicode()));
            case 'U' -> stack.add(new Text(in.shortText()));
            case ')' -> stack.add(new Tuple(List.of()));
            case 't' -> stack.add(new Tuple(popToMark()));
            case 0x85 -> stack.add(new Tuple(pop(1)));
            case 0x86 -> stack.add(new Tuple(pop(2)));
            case 0x87 -> stack.add(new Tuple(pop(3)));
            case ']' -> stack.add(new Sequence());
            case '}' -> stack.add(new Dict(false));
            case 0x8f -> stack.add(new Pickled.Members());
            case 'a' -> append(pop(1));
            case 'e' -> append(popToMark());
            case 's' -> put(pop(2));
            case 'u' -> put(popToMark());
            case 'q' -> memoize(in.uint8());
            case 'r' -> memoize(in.index32());
            case 'h' -> recall(in.uint8());
            case 'j' -> recall(in.index32());
            case 'c' -> global(in.line(), in.line());
            case 'R' -> reduce();
            case 0x81 -> newObject();
            case 'b' -> build();
            case 'Q' -> stack.add(persistentIds.resolve(pop(), in));
            default -> throw in.refused(String.format("opcode 0x%02x is not part of a state dict", opcode));
        }
    }

    private void protocol(int version) {
        if (version > MAX_PROTOCOL) {
            throw in.damaged("pickle protocol " + version + " is unknown");
        }
    }

    private void global(String module, String name) {
        Global global = PickleGlobals.find(module, name);
        if (global == null) {
            throw in.refused("the pickle names " + module + "." + name + ", which is no part of a state dict");
        }
        stack.add(global);
    }

    private void reduce() {
        Pickled arguments = pop();
        Pickled callee = pop();
        if (!(callee instanceof Global global) || !(arguments instanceof Tuple tuple)) {
            throw in.refused("the pickle calls something that is not a name");
        }
        stack.add(rebuilder.call(global, tuple.items));
    }

    private void newObject() {
        Pickled arguments = pop();
        Pickled type = pop();
        if (!(type instanceof Global global)
                || global.role() != Role.ORDERED_DICT
                || !(arguments instanceof Tuple tuple)
                || !tuple.items.isEmpty()) {
            throw in.refused("the pickle makes an object other than an OrderedDict");
        }
        stack.add(new Dict(true));
    }

    /** {@code OrderedDict._metadata} is the one attribute that is set; it holds module versions and is dropped. */
    private void build() {
        Pickled state = pop();
        boolean metadata = state instanceof Dict dict && dict.entries.size() == 1 && dict.get("_metadata") != null;
        if (!metadata || !(peek() instanceof Dict target) || !target.ordered) {
            throw in.refused("the pickle sets the state of an object");
        }
    }

    private void append(List<Pickled> items) {
        if (!(peek() instanceof Sequence list)) {
            throw in.damaged("the pickle appends to something that is not a list");
        }
        list.items.addAll(items);
    }

    private void put(List<Pickled> items) {
        if (!(peek() instanceof Dict dict) || items.size() % 2 != 0) {
            throw in.damaged("the pickle sets items of something that is not a dict, or a key without a value");
        }
        for (int i = 0; i < items.size(); i += 2) {
            dict.entries.put(rebuilder.key(items.get(i)), items.get(i + 1));
        }
    }

    private void memoize(int index) {
        memo.put(index, peek());
        if (memo.size() > MAX_MEMO) {
            throw in.damaged("the pickle memoizes more than " + MAX_MEMO + " values");
        }
    }

    private void recall(int index) {
        Pickled value = memo.get(index);
        if (value == null) {
            throw in.damaged("the pickle recalls memo " + index + ", which it never stored");
        }
        stack.add(value);
    }

    private Pickled peek() {
        requireAboveMark(1);
        return stack.get(stack.size() - 1);
    }

    private Pickled pop() {
        requireAboveMark(1);
        return stack.remove(stack.size() - 1);
    }

    private List<Pickled> pop(int count) {
        requireAboveMark(count);
        return popFrom(stack.size() - count);
    }

    private List<Pickled> popToMark() {
        if (marks.isEmpty()) {
            throw in.damaged("the pickle needs a mark and has none");
        }
        return popFrom(marks.pop());
    }

    private List<Pickled> popFrom(int start) {
        List<Pickled> tail = stack.subList(start, stack.size());
        List<Pickled> popped = List.copyOf(tail);
        tail.clear();
        return popped;
    }

    private void requireAboveMark(int count) {
        int floor = marks.isEmpty() ? 0 : marks.peek();
        if (stack.size() - floor < count) {
            throw in.damaged("the pickle takes " + count + " values where " + (stack.size() - floor) + " are left");
        }
    }
}
