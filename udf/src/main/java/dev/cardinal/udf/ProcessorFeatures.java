package dev.cardinal.udf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a processor can do with bfloat16. Arm's are not counted in: whether TensorFlow's optimiser makes use of them is not known.
 *
 * @param name as it calls itself
 * @param bf16 whether it has instructions for it: AVX512-BF16 or AMX-BF16 on x86; without them it would be emulated
 */
record ProcessorFeatures(String name, boolean bf16) {
    /** Where Linux describes the processors. */
    static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** Of this machine; nothing is known of one that does not run Linux. */
    static ProcessorFeatures read(Path cpuinfo) throws IOException {
        return Files.isReadable(cpuinfo)
                ? parse(Files.readString(cpuinfo))
                : new ProcessorFeatures("processor of " + System.getProperty("os.name"), false);
    }

    /** From the text of {@code /proc/cpuinfo}: {@code flags} of x86; all processors are taken for alike. */
    static ProcessorFeatures parse(String cpuinfo) {
        Set<String> flags = field(cpuinfo, "flags")
                .map(line -> Set.copyOf(Arrays.asList(line.split("\\s+", -1))))
                .orElse(Set.of());
        String name = field(cpuinfo, "model name").orElseGet(() -> field(cpuinfo, "cpu part")
                .map(part -> "Arm processor, part " + part)
                .orElse("unknown processor"));
        return new ProcessorFeatures(name, flags.contains("avx512_bf16") || flags.contains("amx_bf16"));
    }

    private static Optional<String> field(String cpuinfo, String name) {
        return cpuinfo.lines()
                .map(line -> line.split(":", 2))
                .filter(pair -> pair.length == 2
                        && pair[0].strip().toLowerCase(Locale.ROOT).equals(name))
                .map(pair -> pair[1].strip())
                .findFirst();
    }
}
