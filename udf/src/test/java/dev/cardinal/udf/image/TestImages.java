package dev.cardinal.udf.image;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The encoded images of images/, made by src/test/python/make_images.py. */
final class TestImages {

    private TestImages() {}

    /** Returns the names of all files, in the order of images.csv. */
    static List<String> names() {
        try (InputStream stream = TestImages.class.getResourceAsStream("images.csv")) {
            return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(2)
                    .map(line -> line.substring(0, line.indexOf(',')))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] read(String file) {
        try (InputStream stream = TestImages.class.getResourceAsStream("images/" + file)) {
            if (stream == null) {
                throw new FileNotFoundException(file);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
