package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.checkpoint.ElementType;
import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;

/** Names, types and shapes of a state dict, without elements. Each method returns a changed copy. */
record FakeStateDict(Map<String, TensorInfo> tensors) {

    /** Returns the tensors of a card of the catalog, with the counters of training as PyTorch stores them. */
    static FakeStateDict of(String card) {
        return of(ModelCatalog.find(card).architecture());
    }

    static FakeStateDict of(Architecture architecture) {
        FakeStateDict dict = new FakeStateDict(Map.of());
        for (Map.Entry<String, List<Long>> tensor : architecture.tensors().entrySet()) {
            dict = dict.with(tensor.getKey(), tensor.getValue());
            if (tensor.getKey().endsWith(".running_var")) {
                dict = dict.with(
                        tensor.getKey().replace("running_var", "num_batches_tracked"), ElementType.INT64, List.of());
            }
        }
        return dict;
    }

    /** Reads a list that src/test/fixtures/naming_twins.py wrote. */
    static FakeStateDict read(String twin) {
        FakeStateDict dict = new FakeStateDict(Map.of());
        try (InputStream in = Objects.requireNonNull(
                FakeStateDict.class.getResourceAsStream("/dev/cardinal/zoo/naming/" + twin + ".txt"))) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String[] fields = line.split(" ", -1);
                List<Long> shape = fields[1].isEmpty()
                        ? List.of()
                        : Arrays.stream(fields[1].split("x", -1))
                                .map(Long::valueOf)
                                .toList();
                dict = dict.with(
                        fields[0],
                        fields[0].endsWith(".num_batches_tracked") ? ElementType.INT64 : ElementType.FLOAT32,
                        shape);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return dict;
    }

    FakeStateDict with(String name, Integer... shape) {
        return with(name, Arrays.stream(shape).map(Integer::longValue).toList());
    }

    FakeStateDict with(String name, List<Long> shape) {
        return with(name, ElementType.FLOAT32, shape);
    }

    FakeStateDict with(String name, ElementType type, List<Long> shape) {
        Map<String, TensorInfo> changed = new LinkedHashMap<>(tensors);
        changed.put(name, new TensorInfo(name, type, shape));
        return new FakeStateDict(changed);
    }

    FakeStateDict and(FakeStateDict other) {
        Map<String, TensorInfo> changed = new LinkedHashMap<>(tensors);
        changed.putAll(other.tensors);
        return new FakeStateDict(changed);
    }

    FakeStateDict without(Predicate<String> names) {
        Map<String, TensorInfo> changed = new LinkedHashMap<>(tensors);
        changed.keySet().removeIf(names);
        return new FakeStateDict(changed);
    }

    FakeStateDict withoutHead() {
        return without(name -> name.startsWith("fc."));
    }

    FakeStateDict renamed(Function<String, String> rename) {
        FakeStateDict changed = new FakeStateDict(Map.of());
        for (TensorInfo tensor : tensors.values()) {
            changed = changed.with(rename.apply(tensor.name()), tensor.type(), tensor.shape());
        }
        return changed;
    }

    FakeStateDict prefixed(String prefix) {
        return renamed(name -> prefix + name);
    }
}
