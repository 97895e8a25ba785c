package dev.cardinal.zoo.graph;

import com.sun.jna.NativeLibrary;
import java.io.File;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * TensorFlow's native log. The environment variable {@code TF_CPP_MIN_LOG_LEVEL} governs it, except for what is logged through
 * Abseil's macros, whose level TensorFlow has no interface for: some lines about a process's first session and about optimisers.
 */
public final class TensorFlowLog {
    private static final String LEVEL_VARIABLE = "TF_CPP_MIN_LOG_LEVEL";

    /** {@code void absl::SetMinLogLevel(absl::LogSeverityAtLeast)} of the Abseil that TensorFlow 2.18 is built with. */
    private static final String SET_MIN_LOG_LEVEL = "_ZN4absl12lts_2023080214SetMinLogLevelENS0_18LogSeverityAtLeastE";

    private static final String LIBRARY = "libtensorflow_framework.";

    /** Done at the class's first use, by the class loader's lock. */
    private static final class Once {
        static {
            String level = System.getenv(LEVEL_VARIABLE);
            if (isQuiet(level)) {
                try {
                    setAbseilLevel(Integer.parseInt(level));
                } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
                    System.getLogger(TensorFlowLog.class.getName())
                            .log(System.Logger.Level.DEBUG, "a few more lines are logged", e);
                }
            }
        }

        static void run() {}
    }

    private TensorFlowLog() {}

    /** Makes the variable's level hold for everything. To be called before any session. */
    public static void applyLevel() {
        Once.run();
    }

    private static boolean isQuiet(@Nullable String level) {
        return level != null && level.matches("[1-3]");
    }

    /** The levels of both logs have the same numbers. */
    private static void setAbseilLevel(int level) {
        File[] libraries = new File(Loader.load(tensorflow.class))
                .getParentFile()
                .listFiles((directory, name) -> name.startsWith(LIBRARY));
        if (libraries == null || libraries.length == 0) {
            throw new UnsatisfiedLinkError("no " + LIBRARY);
        }
        NativeLibrary.getInstance(libraries[0].getPath())
                .getFunction(SET_MIN_LOG_LEVEL)
                .invokeVoid(new Object[] {level});
    }
}
