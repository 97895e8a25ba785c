package dev.cardinal.zoo.graph;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

/**
 * Prepares TensorFlow's native library in this process, before its first session, and detects whether it uses oneDNN and AMX.
 *
 * <p>oneDNN: TensorFlow fuses a convolution with its bias and activation, and its own kernel for CPUs refuses fused convolutions
 * with groups, which every ResNeXt has ("Fused conv implementation does not support grouped convolutions"). oneDNN's kernel
 * supports them, but TensorFlow 2.16 uses oneDNN only on processors with AVX512-VNNI, AVX-VNNI, AVX512-BF16 or AMX unless {@code
 * TF_ENABLE_ONEDNN_OPTS} is 1, as the launcher sets it. Without oneDNN, {@link SessionConfigs} avoids the fusion.
 *
 * <p>Log: the environment variable {@code TF_CPP_MIN_LOG_LEVEL} sets the level, except for two lines that a process's first session
 * logs through Abseil's macros, for which TensorFlow has no setting.
 *
 * <p>Thread-safe. Runs on the driver and on executors.
 */
public final class TensorFlowRuntime {
    private static final String LEVEL_VARIABLE = "TF_CPP_MIN_LOG_LEVEL";
    private static final String ONEDNN_VARIABLE = "TF_ENABLE_ONEDNN_OPTS";
    private static final int STANDARD_ERROR = 2;
    private static final int WRITE_ONLY = 1;
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
    private static final Pattern AMX_BF16 = Pattern.compile("\\bamx_bf16\\b");
    private static final Pattern ONEDNN_FEATURE =
            Pattern.compile("\\b(avx512_vnni|avx_vnni|avx512_bf16|amx_tile|amx_int8|amx_bf16)\\b");

    /** Functions of libc that redirect standard error, which Java cannot. */
    private interface LibC extends Library {
        int dup(int descriptor);

        int dup2(int from, int to);

        int open(String path, int flags);

        int close(int descriptor);
    }

    private static boolean prepared;

    private TensorFlowRuntime() {}

    /**
     * Prepares the process. Must be called before any session is created; later calls do nothing.
     *
     * <p>If the log level asks for warnings or errors only, runs the process's first session, of one constant and without a GPU,
     * while standard error is redirected to nowhere.
     *
     * @param threads size of the intra-op pool, which the first session determines for the process
     */
    public static synchronized void prepare(int threads) {
        if (prepared) {
            return;
        }
        prepared = true;
        if (isQuiet(System.getenv(LEVEL_VARIABLE))) {
            try {
                runFirstSession(threads);
            } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
                System.getLogger(TensorFlowRuntime.class.getName())
                        .log(System.Logger.Level.DEBUG, "two more lines are logged", e);
            }
        }
    }

    /** Returns whether convolutions run in oneDNN: as the environment says, otherwise by the processor's features. */
    static boolean usesOneDnn() {
        String variable = System.getenv(ONEDNN_VARIABLE);
        if (variable != null) {
            return variable.equals("1") || variable.equalsIgnoreCase("true");
        }
        return processorHas(ONEDNN_FEATURE);
    }

    /** Returns whether the processor multiplies matrices of bfloat16 (AMX). */
    static boolean hasAmxBf16() {
        return processorHas(AMX_BF16);
    }

    private static boolean processorHas(Pattern feature) {
        try (Stream<String> lines = Files.lines(PROCESSOR)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .filter(flags -> feature.matcher(flags).find())
                    .isPresent();
        } catch (IOException | UncheckedIOException e) {
            return false; // no /proc on this system: the slower graph is correct everywhere
        }
    }

    private static boolean isQuiet(@Nullable String level) {
        return level != null && level.matches("[1-3]");
    }

    private static void runFirstSession(int threads) {
        LibC libc = Native.load("c", LibC.class);
        try (Graph graph = new Graph()) {
            Ops ops = Ops.create(graph);
            ops.withName("one").constant(1f);
            ConfigProto config = ConfigProto.newBuilder()
                    .setIntraOpParallelismThreads(threads)
                    .putAllDeviceCount(Map.of("GPU", 0))
                    .build();
            int kept = libc.dup(STANDARD_ERROR);
            int nowhere = libc.open("/dev/null", WRITE_ONLY);
            libc.dup2(nowhere, STANDARD_ERROR);
            try (Session session = new Session(graph, config)) {
                session.runner().fetch("one").run().close();
            } finally {
                libc.dup2(kept, STANDARD_ERROR);
                libc.close(kept);
                libc.close(nowhere);
            }
        }
    }
}
