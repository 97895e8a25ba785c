package dev.cardinal.zoo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Changes fixtures at random. Each mutant must be read or rejected with a {@link CardinalException}, fast, and with no
 * more memory than the size of the file justifies. The mutants are the same in every run; a slow machine tries fewer of
 * them.
 */
class CheckpointFuzzTest {
    private static final int MUTANTS = 3000;
    private static final Duration TIME_FOR_ONE_FIXTURE = Duration.ofMillis(900);
    private static final long SEED = 20261122;
    private static final byte[] INTERESTING = {0, 1, 0x7f, -0x80, -1, '(', '.', 'R', 'b', 'h', 'q', '{'};

    private final Path file;

    CheckpointFuzzTest(@TempDir Path directory) {
        this.file = directory.resolve("mutant");
    }

    /** Cases with the opcodes of later protocols, inert objects, arrays and archives. */
    private static final Set<String> CASES = Set.of(
            "protocol_2_legacy_extras.pth",
            "protocol_4_zip_extras.pth",
            "protocol_5_legacy_extras.pth",
            "numpy_arrays_2_legacy.pth",
            "numpy_arrays_5_zip.pth",
            "recursive.pth",
            "beside_everything_legacy.pth",
            "parameter_with_state.pth",
            "unreadable_quantized_legacy.pth",
            "no_crc.pth",
            "plain.pth.gz",
            "checkpoint.tar.gz",
            "tar_of_pth.tar",
            "zip_of_pth.zip",
            "extra_types.safetensors",
            "sharded_bin/pytorch_model.bin.index.json",
            "named.onnx",
            "bare_4.pkl");

    private static final Map<String, byte[]> FILES = files();

    private static Map<String, byte[]> files() {
        Map<String, byte[]> files = new TreeMap<>(Fixtures.cases());
        files.keySet().retainAll(CASES);
        Stream.concat(
                        Fixtures.expected().keySet().stream(),
                        Stream.of("zip_pickled_module.pth", "zip_torchscript.pt", "legacy_pickled_module.pth"))
                .forEach(name -> files.put(name, Fixtures.bytes(name)));
        return files;
    }

    static Set<String> fixtures() {
        return FILES.keySet();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void mutantsAreReadOrRefused(String fixture) throws IOException {
        byte[] valid = FILES.getOrDefault(fixture, new byte[0]);
        Random random = new Random(SEED ^ fixture.hashCode());
        assertReadOrRefused(() -> Files.write(file, mutate(valid, random)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zip_types.pth",
                "zip_views.pth",
                "zip_wrapped.pth",
                "protocol_4_zip_extras.pth",
                "numpy_arrays_5_zip.pth",
                "recursive.pth",
                "parameter_with_state.pth",
                "no_crc.pth"
            })
    void mutantPicklesWithAValidChecksumAreReadOrRefused(String fixture) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        Files.write(file, FILES.getOrDefault(fixture, new byte[0]));
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        Random random = new Random(SEED ^ fixture.hashCode());
        assertReadOrRefused(() -> {
            try (ZipWriter zip = new ZipWriter(file)) {
                for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                    byte[] content = entry.getValue();
                    boolean pickle = entry.getKey().endsWith("/data.pkl");
                    zip.stored(entry.getKey(), pickle ? mutate(content, random) : content);
                }
            }
        });
    }

    /** Writes the next mutant. */
    @FunctionalInterface
    private interface Mutation {
        void write() throws IOException;
    }

    private void assertReadOrRefused(Mutation mutation) throws IOException {
        int refused = 0;
        long begin = System.nanoTime();
        for (int i = 0; i < MUTANTS && System.nanoTime() - begin < TIME_FOR_ONE_FIXTURE.toNanos(); i++) {
            mutation.write();
            boolean[] read = new boolean[1];
            HostileFiles.assertFastAndSmall(file, () -> read[0] = readAll());
            refused += read[0] ? 0 : 1;
        }
        assertThat(refused).isPositive();
    }

    /** Returns false if the file was refused. Any other exception is a bug and fails the test. */
    private boolean readAll() {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            checkpoint.stateDicts().forEach((path, tensors) -> tensors.values().stream()
                    .filter(info -> info.type().isFloating())
                    .forEach(info ->
                            assertThat(checkpoint.read(path, info.name())).hasSize((int) info.elements())));
            return true;
        } catch (CardinalException e) {
            assertThat(e.getMessage()).contains("mutant").doesNotContain("\n").hasSizeLessThan(2000);
            return false;
        }
    }

    private static byte[] mutate(byte[] valid, Random random) {
        byte[] mutant = valid.clone();
        int edits = 1 + random.nextInt(4);
        for (int i = 0; i < edits; i++) {
            int at = random.nextInt(mutant.length);
            switch (random.nextInt(6)) {
                case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutant[at] = (byte) random.nextInt(256);
                case 2 -> mutant[at] = INTERESTING[random.nextInt(INTERESTING.length)];
                case 3 ->
                    Arrays.fill(mutant, at, Math.min(mutant.length, at + random.nextInt(9)), (byte)
                            (random.nextBoolean() ? 0xff : 0));
                case 4 -> {
                    int from = random.nextInt(mutant.length);
                    int length = Math.min(random.nextInt(32), mutant.length - Math.max(at, from));
                    System.arraycopy(mutant, from, mutant, at, length);
                }
                default -> mutant = Arrays.copyOf(mutant, Math.max(1, mutant.length - random.nextInt(64)));
            }
        }
        return mutant;
    }
}
