package dev.cardinal.udf.image;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The encoded pictures of images/, made by src/test/python/make_images.py. */
final class TestImages {

    private TestImages() {}

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
