package dev.cardinal.zoo.graph;

import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.tensorflow.TensorFlow;

/** Loads TensorFlow's native library and finds the cache directories of JavaCPP. Stateless and thread-safe. */
public final class NativeLibrary {
    /** Size of the unpacked library on the disk: 683 MB for the CPU library on Linux. */
    public static final long UNPACKED_BYTES = 683_000_000;

    private NativeLibrary() {}

    /**
     * Loads the library, and unpacks it first if no process of this user has done so.
     *
     * @return TensorFlow's version
     * @throws LinkageError if it cannot be unpacked or loaded on this machine
     */
    public static String load() {
        return TensorFlow.version();
    }

    /**
     * Begins to load the library in a daemon thread, for a process that will need it and has something else to do until then. If that
     * fails, the first use of TensorFlow fails too, and reports it.
     */
    public static void loadInBackground() {
        Thread thread = new Thread(
                () -> {
                    try {
                        load();
                    } catch (LinkageError e) {
                        System.getLogger(NativeLibrary.class.getName())
                                .log(System.Logger.Level.DEBUG, "TensorFlow cannot be loaded", e);
                    }
                },
                "cardinal-tensorflow");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Returns the candidate directories. JavaCPP uses the first one that exists or can be created and that is readable,
     * writable and executable (org.bytedeco.javacpp.Loader.getCacheDir, 1.5.11).
     *
     * @param system system properties of the process
     */
    public static List<Path> cacheDirectories(Properties system) {
        return Stream.of(
                        system.getProperty("org.bytedeco.javacpp.cachedir"),
                        system.getProperty("org.bytedeco.javacpp.cacheDir"),
                        system.getProperty("user.home") + "/.javacpp/cache/",
                        system.getProperty("java.io.tmpdir") + "/.javacpp-" + system.getProperty("user.name")
                                + "/cache/")
                .filter(directory -> directory != null)
                .map(Path::of)
                .toList();
    }
}
