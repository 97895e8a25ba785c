package dev.cardinal.zoo.convert;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Imports networks of timm's own classes (squeeze-and-excitation, deep stems, pooled shortcuts, anti-aliasing), and compares the
 * logits with PyTorch's.
 *
 * <p>Needs a Python with PyTorch, which {@code CARDINAL_PYTHON} names (default: {@code python3}), to run
 * src/test/fixtures/make_variant_cases.py; without it the test is skipped.
 */
class VariantCasesTest {
    @TempDir
    private static Path directory;

    @TestFactory
    Stream<DynamicTest> networksOfTimm() throws Exception {
        return new PythonCases(directory)
                .tests(Path.of("src/test/fixtures/make_variant_cases.py"), "torch, numpy, timm");
    }
}
