package dev.cardinal.zoo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checkpoints that training frameworks write, and files that people mistake for checkpoints. {@code
 * src/test/fixtures/make_checkpoint_cases.py} makes them and writes what PyTorch reads from them.
 */
class CheckpointCasesTest {
    @TempDir
    static Path directory;

    private static final Map<String, Case> CASES = new LinkedHashMap<>();

    /** What PyTorch reads from a file, by the path of the state dict. */
    private static final class Case {
        final Map<String, List<TensorInfo>> tensors = new LinkedHashMap<>();
        final Map<String, Map<String, List<Float>>> values = new LinkedHashMap<>();
        final Map<String, Map<String, String>> unreadable = new LinkedHashMap<>();
        final Map<String, Map<String, String>> unread = new LinkedHashMap<>();
        final List<String> notes = new ArrayList<>();
        final List<String> refusals = new ArrayList<>();

        void add(List<String> fields) {
            switch (fields.get(1)) {
                case "tensor" -> {
                    TensorInfo info = new TensorInfo(
                            fields.get(3), ElementType.valueOf(fields.get(4)), Fixtures.shape(fields.get(5)));
                    tensors.computeIfAbsent(fields.get(2), path -> new ArrayList<>())
                            .add(info);
                    values.computeIfAbsent(fields.get(2), path -> new LinkedHashMap<>())
                            .put(fields.get(3), Fixtures.floats(fields.get(6)));
                }
                case "unreadable" -> {
                    tensors.computeIfAbsent(fields.get(2), path -> new ArrayList<>());
                    unreadable
                            .computeIfAbsent(fields.get(2), path -> new LinkedHashMap<>())
                            .put(fields.get(3), fields.get(4));
                }
                case "unread" ->
                    unread.computeIfAbsent(fields.get(2), path -> new LinkedHashMap<>())
                            .put(fields.get(3), fields.get(4));
                case "note" -> notes.add(fields.get(2));
                default -> refusals.add(fields.get(2));
            }
        }
    }

    static Set<String> readable() throws IOException {
        return names(false);
    }

    static Set<String> refused() throws IOException {
        return names(true);
    }

    private static Set<String> names(boolean refused) throws IOException {
        load();
        Set<String> names = new TreeSet<>();
        CASES.forEach((name, expected) -> {
            if (expected.refusals.isEmpty() != refused) {
                names.add(name);
            }
        });
        return names;
    }

    private static synchronized void load() throws IOException {
        if (!CASES.isEmpty()) {
            return;
        }
        for (Map.Entry<String, byte[]> entry : Fixtures.cases().entrySet()) {
            Path file = directory.resolve(entry.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, entry.getValue());
        }
        for (String line :
                Files.readString(directory.resolve("cases.csv")).lines().toList()) {
            List<String> fields = fields(line);
            CASES.computeIfAbsent(fields.get(0), name -> new Case()).add(fields);
        }
    }

    /** Splits a line of CSV, in which fields can be quoted. */
    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            boolean doubled = quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"';
            if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else if (c != '"' || doubled) {
                field.append(c);
                i += doubled ? 1 : 0;
            } else {
                quoted = !quoted;
            }
        }
        fields.add(field.toString());
        return fields;
    }

    private static Case expected(String name) {
        return CASES.getOrDefault(name, new Case());
    }

    @ParameterizedTest
    @MethodSource("readable")
    void stateDictsEqualPyTorch(String name) {
        Case expected = expected(name);
        try (Checkpoint checkpoint = Checkpoint.open(directory.resolve(name))) {
            if (!expected.tensors.isEmpty()) {
                assertThat(checkpoint.stateDicts().keySet())
                        .containsExactlyInAnyOrderElementsOf(expected.tensors.keySet());
            }
            expected.tensors.forEach((path, infos) -> assertThat(
                            checkpoint.stateDicts().getOrDefault(path, Map.of()).values())
                    .containsExactlyInAnyOrderElementsOf(infos));
            expected.values.forEach((path, values) -> values.forEach((tensor, elements) -> {
                if (!elements.isEmpty()) {
                    assertThat(checkpoint.read(path, tensor))
                            .as(tensor)
                            .containsExactly(elements.toArray(Float[]::new));
                }
            }));
            expected.unreadable.forEach((path, reasons) ->
                    assertThat(checkpoint.unreadable().get(path)).containsAllEntriesOf(reasons));
            expected.unread.forEach((path, reasons) ->
                    reasons.forEach((tensor, reason) -> assertThatExceptionOfType(CardinalException.class)
                            .isThrownBy(() -> checkpoint.read(path, tensor))
                            .withMessageContaining(reason)));
            expected.notes.forEach(note ->
                    assertThat(checkpoint.notes()).singleElement().asString().contains(note));
            assertThat(checkpoint.files()).isNotEmpty().allMatch(Files::isRegularFile);
        }
    }

    @ParameterizedTest
    @MethodSource("refused")
    void filesThatAreNotCheckpointsAreExplained(String name) throws IOException {
        Path file = directory.resolve(name);
        assertThat(expected(name).refusals)
                .allSatisfy(reason -> HostileFiles.assertRefused(file, "checkpoint", reason));
    }
}
