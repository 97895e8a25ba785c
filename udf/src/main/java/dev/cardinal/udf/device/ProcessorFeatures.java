package dev.cardinal.udf.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The name of a processor and its support of bfloat16. Arm processors count as without support, because it is not known
 * whether TensorFlow's optimizer uses their instructions.
 *
 * @param name name that the processor reports
 * @param bf16 whether it has bfloat16 instructions: AVX512-BF16 or AMX-BF16 on x86; without them bfloat16 is emulated
 */
record ProcessorFeatures(String name, boolean bf16) {
    /** File in which Linux describes the processors. */
    static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** Reads the features of this machine; without Linux, they are unknown and {@code bf16} is false. */
    static ProcessorFeatures read(Path cpuinfo) throws IOException {
        return Files.isReadable(cpuinfo)
                ? parse(Files.readString(cpuinfo))
                : new ProcessorFeatures("processor of " + System.getProperty("os.name"), false);
    }

    /** Parses {@code /proc/cpuinfo}: the {@code flags} of x86, assuming that all processors are alike. */
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
