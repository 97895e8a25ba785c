package dev.cardinal.zoo.graph;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

/**
 * TensorFlow's native log. The environment variable {@code TF_CPP_MIN_LOG_LEVEL} governs it, except for what a process's first
 * session logs through Abseil's macros, whose level TensorFlow has no interface for: two lines, once a process.
 */
public final class TensorFlowLog {
    private static final String LEVEL_VARIABLE = "TF_CPP_MIN_LOG_LEVEL";
    private static final int STANDARD_ERROR = 2;
    private static final int WRITE_ONLY = 1;

    /** The part of libc that moves standard error away and back, which Java cannot. */
    private interface LibC extends Library {
        int dup(int descriptor);

        int dup2(int from, int to);

        int open(String path, int flags);

        int close(int descriptor);
    }

    private static boolean applied;

    private TensorFlowLog() {}

    /**
     * Makes the variable's level hold for everything: where it asks for warnings or errors only, runs the process's first
     * session, of one constant and without a GPU, while standard error leads nowhere. To be called before any other session.
     *
     * @param threads of the intra-op pool, whose size the first session decides for the process
     */
    public static synchronized void applyLevel(int threads) {
        if (applied) {
            return;
        }
        applied = true;
        if (isQuiet(System.getenv(LEVEL_VARIABLE))) {
            try {
                runFirstSession(threads);
            } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
                System.getLogger(TensorFlowLog.class.getName())
                        .log(System.Logger.Level.DEBUG, "two more lines are logged", e);
            }
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
