package dev.cardinal.zoo.graph;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.tensorflow.TensorFlow;

/**
 * TensorFlow's native log. The environment variable {@code TF_CPP_MIN_LOG_LEVEL} governs most of it; messages that go through
 * Abseil's own macros, as those of the graph optimiser, ignore it unless Abseil is told, which TensorFlow has no interface for.
 */
public final class TensorFlowLog {
    private static final String LEVEL_VARIABLE = "TF_CPP_MIN_LOG_LEVEL";
    private static final String LIBRARY = "tensorflow_framework";

    /** {@code absl::SetMinLogLevel(absl::LogSeverityAtLeast)} of the Abseil release in TensorFlow 2.18. */
    private static final String SET_MIN_LOG_LEVEL = "_ZN4absl12lts_2023080214SetMinLogLevelENS0_18LogSeverityAtLeastE";

    /** Set up at the class's first use, by the class loader's lock. */
    private static final class Once {
        static {
            int level = level(System.getenv(LEVEL_VARIABLE));
            if (level > 0) {
                TensorFlow.version(); // loads the native libraries
                library().ifPresent(path -> setLevel(path, level));
            }
        }

        static void run() {}
    }

    private TensorFlowLog() {}

    /** Makes the variable's level hold for all messages of this process. What it cannot do it leaves: a line more is logged. */
    public static void applyLevel() {
        Once.run();
    }

    private static int level(@Nullable String value) {
        return value != null && value.matches("[0-3]") ? Integer.parseInt(value) : 0;
    }

    private static Optional<String> library() {
        return Loader.getLoadedLibraries().values().stream()
                .filter(path -> path.contains(LIBRARY))
                .findFirst();
    }

    private static void setLevel(String path, int level) {
        try {
            Function function = NativeLibrary.getInstance(path).getFunction(SET_MIN_LOG_LEVEL);
            function.invokeVoid(new Object[] {level});
        } catch (UnsatisfiedLinkError e) {
            System.getLogger(TensorFlowLog.class.getName()).log(System.Logger.Level.DEBUG, "TensorFlow's log level", e);
        }
    }
}
