package dev.cardinal.zoo.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The files that {@code src/test/fixtures/make_checkpoints.py} made, and what its reference reads from them. */
final class Fixtures {
    private Fixtures() {}

    /**
     * One tensor as the reference reads it.
     *
     * @param info name, type and shape
     * @param values elements in row-major order; empty for integers
     */
    record Expected(TensorInfo info, List<Float> values) {}

    static Path file(String name) {
        try {
            URL url = Fixtures.class.getResource(name);
            if (url == null) {
                throw new IllegalArgumentException("no fixture " + name);
            }
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every readable fixture: name, and its tensors in file order. */
    static Map<String, List<Expected>> expected() {
        Map<String, List<Expected>> fixtures = new LinkedHashMap<>();
        for (String line : new String(bytes("expected.csv"), UTF_8).lines().toList()) {
            String[] fields = line.split(",", -1);
            TensorInfo info = new TensorInfo(
                    fields[1],
                    ElementType.valueOf(fields[2]),
                    Stream.of(fields[3].split("x"))
                            .filter(size -> !size.isEmpty())
                            .map(Long::valueOf)
                            .toList());
            fixtures.computeIfAbsent(fields[0], name -> new ArrayList<>()).add(new Expected(info, floats(fields[4])));
        }
        return fixtures;
    }

    private static List<Float> floats(String text) {
        return Stream.of(text.split(" "))
                .filter(word -> !word.isEmpty())
                .map(Float::valueOf)
                .toList();
    }
}
