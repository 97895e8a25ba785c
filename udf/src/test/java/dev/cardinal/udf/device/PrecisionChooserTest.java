package dev.cardinal.udf.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrecisionChooserTest {
    @ParameterizedTest
    @CsvSource({
        "FP32, CPU, false, FP32",
        "FP32, CPU, true, FP32",
        "FP32, GPU, false, FP32",
        "BF16, CPU, true, BF16",
        "FP16, GPU, false, FP16",
        "AUTO, CPU, false, FP32",
        "AUTO, CPU, true, BF16",
        "AUTO, GPU, true, FP16"
    })
    void requestedPrecisionIsUsedAndAutoSelectsTheFastest(
            PrecisionChoice wanted, Device.Kind kind, boolean bf16, Precision expected) {
        assertThat(PrecisionChooser.choose(wanted, new Device(kind, 0), processor(bf16)))
                .isEqualTo(expected);
    }

    @Test
    void bf16OnAProcessorWithoutItIsAnErrorWithTheProcessor() {
        assertThatThrownBy(() -> PrecisionChooser.choose(PrecisionChoice.BF16, Device.CPU, processor(false)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("Some CPU")
                .hasMessageContaining("use --precision fp32");
    }

    @Test
    void bf16OnAGpuIsRejectedBecauseItWouldBeFp32() {
        assertThatThrownBy(() -> PrecisionChooser.choose(PrecisionChoice.BF16, Device.gpu(0), processor(true)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("use --precision fp16");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fp16OnACpuIsRejected(boolean bf16) {
        assertThatThrownBy(() -> PrecisionChooser.choose(PrecisionChoice.FP16, Device.CPU, processor(bf16)))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("--precision fp16 needs a GPU");
    }

    private static ProcessorFeatures processor(boolean bf16) {
        return new ProcessorFeatures("Some CPU", bf16);
    }
}
