package dev.cardinal.udf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a processor can do with bfloat16.
 *
 * @param name as it calls itself
 * @param bf16 what computes in bfloat16
 */
record ProcessorFeatures(String name, Bf16 bf16) {
    /** Where Linux describes the processors. */
    static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** What computes in bfloat16. */
    enum Bf16 {
        /** Nothing: it would be emulated, slower than 32-bit arithmetic. */
        NONE,
        /** Vector instructions: AVX512-BF16 on x86, BF16 on Arm. */
        VECTORS,
        /** Matrix instructions: AMX-BF16 on x86. */
        MATRICES
    }

    /** Of this machine; nothing is known of one that does not run Linux. */
    static ProcessorFeatures read(Path cpuinfo) throws IOException {
        return Files.isReadable(cpuinfo)
                ? parse(Files.readString(cpuinfo))
                : new ProcessorFeatures("processor of " + System.getProperty("os.name"), Bf16.NONE);
    }

    /** From the text of {@code /proc/cpuinfo}: {@code flags} of x86, {@code Features} of Arm; all processors are taken for alike. */
    static ProcessorFeatures parse(String cpuinfo) {
        Set<String> flags = field(cpuinfo, "flags")
                .or(() -> field(cpuinfo, "features"))
                .map(line -> Set.of(line.split("\\s+", -1)))
                .orElse(Set.of());
        String name = field(cpuinfo, "model name").orElseGet(() -> field(cpuinfo, "cpu part")
                .map(part -> "Arm processor, part " + part)
                .orElse("unknown processor"));
        Bf16 bf16 = flags.contains("amx_bf16")
                ? Bf16.MATRICES
                : flags.contains("avx512_bf16") || flags.contains("bf16") ? Bf16.VECTORS : Bf16.NONE;
        return new ProcessorFeatures(name, bf16);
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
