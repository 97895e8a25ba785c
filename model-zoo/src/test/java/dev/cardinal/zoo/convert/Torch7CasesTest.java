package dev.cardinal.zoo.convert;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Imports Torch7 files of every kind of block of fb.resnet.torch and ResNeXt, and compares the logits with those of a
 * network that is written in PyTorch.
 *
 * <p>Needs a Python with PyTorch, which {@code CARDINAL_PYTHON} names (default: {@code python3}), to run
 * src/test/fixtures/make_torch7_cases.py; without it the test is skipped.
 */
class Torch7CasesTest {
    @TempDir
    private static Path directory;

    @TestFactory
    Stream<DynamicTest> networksOfTorch7() throws Exception {
        return new PythonCases(directory).tests(Path.of("src/test/fixtures/make_torch7_cases.py"), "torch, numpy");
    }
}
