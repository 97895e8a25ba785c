package dev.cardinal.zoo.convert;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Imports checkpoints that training frameworks write, and compares the logits with PyTorch's.
 *
 * <p>Needs a Python with PyTorch, which {@code CARDINAL_PYTHON} names (default: {@code python3}), to run
 * src/test/fixtures/make_import_cases.py; without it the test is skipped.
 */
class ImportCasesTest {
    @TempDir
    private static Path directory;

    @TestFactory
    Stream<DynamicTest> checkpointsOfTrainingFrameworks() throws Exception {
        return new PythonCases(directory)
                .tests(Path.of("src/test/fixtures/make_import_cases.py"), "torch, numpy, safetensors");
    }
}
