package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.EngineOptions.PrecisionChoice;
import dev.cardinal.udf.ProcessorFeatures.Bf16;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PrecisionChooserTest {
    @ParameterizedTest
    @CsvSource({
        "FP32, CPU, NONE, FP32",
        "FP32, CPU, MATRICES, FP32",
        "FP32, GPU, NONE, FP32",
        "BF16, CPU, VECTORS, BF16",
        "BF16, CPU, MATRICES, BF16",
        "BF16, GPU, NONE, BF16",
        "FP16, GPU, NONE, FP16",
        "AUTO, CPU, NONE, FP32",
        "AUTO, CPU, VECTORS, FP32",
        "AUTO, CPU, MATRICES, BF16",
        "AUTO, GPU, MATRICES, FP16"
    })
    void arithmeticIsWhatIsWantedOrTheFastestThatTheDeviceDoesWell(
            PrecisionChoice wanted, Device.Kind kind, Bf16 bf16, Precision expected) {
        assertThat(PrecisionChooser.choose(wanted, new Device(kind, 0), processor(bf16)))
                .isEqualTo(expected);
    }

    @Test
    void bf16OnAProcessorWithoutItNamesTheProcessor() {
        assertThatThrownBy(() -> PrecisionChooser.choose(PrecisionChoice.BF16, Device.CPU, processor(Bf16.NONE)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("Some CPU")
                .hasMessageContaining("use --precision fp32");
    }

    @ParameterizedTest
    @EnumSource
    void fp16OnACpuIsRefused(Bf16 bf16) {
        assertThatThrownBy(() -> PrecisionChooser.choose(PrecisionChoice.FP16, Device.CPU, processor(bf16)))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("--precision fp16 needs a GPU");
    }

    private static ProcessorFeatures processor(Bf16 bf16) {
        return new ProcessorFeatures("Some CPU", bf16);
    }
}
