package dev.cardinal.zoo.graph;

import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.tensorflow.TensorFlow;

/** TensorFlow's native library: where JavaCPP unpacks it, and whether it loads. Stateless and thread-safe. */
public final class NativeLibrary {
    /** What it takes on the disk once it is unpacked: 683 MB on Linux, the library for CPUs. */
    public static final long UNPACKED_BYTES = 683_000_000;

    private NativeLibrary() {}

    /**
     * Loads it, unpacking it first where no process of this user has yet.
     *
     * @return TensorFlow's version
     * @throws LinkageError if it cannot be unpacked or loaded here
     */
    public static String load() {
        return TensorFlow.version();
    }

    /**
     * Where it may be unpacked: the first of these directories that is there or can be made, and that can be read, written and
     * entered (org.bytedeco.javacpp.Loader.getCacheDir, 1.5.11).
     *
     * @param system properties of the process
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
