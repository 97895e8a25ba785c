package dev.cardinal.zoo.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
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
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The files of {@code src/test/fixtures/make_checkpoints.py}, and the values that the reference implementation reads
 * from them.
 */
final class Fixtures {
    private Fixtures() {}

    /**
     * One tensor of the reference implementation.
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

    /** Returns the files of {@code make_checkpoint_cases.py} by name. */
    static Map<String, byte[]> cases() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (InputStream in = Files.newInputStream(file("cases.tar.gz"));
                TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(in))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                files.put(entry.getName(), tar.readAllBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** Returns the tensors of every valid fixture in file order, by name of the fixture. */
    static Map<String, List<Expected>> expected() {
        Map<String, List<Expected>> fixtures = new LinkedHashMap<>();
        for (String line : new String(bytes("expected.csv"), UTF_8).lines().toList()) {
            String[] fields = line.split(",", -1);
            TensorInfo info = new TensorInfo(fields[1], ElementType.valueOf(fields[2]), shape(fields[3]));
            fixtures.computeIfAbsent(fields[0], name -> new ArrayList<>()).add(new Expected(info, floats(fields[4])));
        }
        return fixtures;
    }

    /** Parses sizes that are joined by x. */
    static List<Long> shape(String text) {
        return Stream.of(text.split("x"))
                .filter(size -> !size.isEmpty())
                .map(Long::valueOf)
                .toList();
    }

    /** Parses numbers that are separated by spaces. */
    static List<Float> floats(String text) {
        return Stream.of(text.split(" "))
                .filter(word -> !word.isEmpty())
                .map(Float::valueOf)
                .toList();
    }
}
