package dev.cardinal.udf.device;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests with files in {@code cpuinfo/}: {@code /proc/cpuinfo} of these processors, without the lines that do not
 * matter.
 */
class ProcessorFeaturesTest {
    @ParameterizedTest
    @CsvSource({
        "ice-lake, false, Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz",
        "sapphire-rapids, true, Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz",
        "zen-5, true, AMD EPYC",
        "graviton-2, false, 'Arm processor, part 0xd0c'",
        "graviton-3, false, 'Arm processor, part 0xd40'"
    })
    void featuresAreReadFromTheFlags(String file, boolean bf16, String name) throws Exception {
        assertThat(read(file)).isEqualTo(new ProcessorFeatures(name, bf16));
    }

    @Test
    void machineWithoutADescriptionHasUnknownFeatures() throws IOException {
        assertThat(ProcessorFeatures.read(Path.of("no such file")).bf16()).isFalse();
        assertThat(ProcessorFeatures.parse("")).isEqualTo(new ProcessorFeatures("unknown processor", false));
    }

    private static ProcessorFeatures read(String file) throws IOException, URISyntaxException {
        return ProcessorFeatures.read(Path.of(
                requireNonNull(ProcessorFeaturesTest.class.getResource("/dev/cardinal/udf/cpuinfo/" + file + ".txt"))
                        .toURI()));
    }
}
