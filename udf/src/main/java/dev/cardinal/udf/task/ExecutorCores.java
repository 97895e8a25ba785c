package dev.cardinal.udf.task;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;

/** Determines how many cores Spark assigns to this process. Stateless and thread-safe. */
public final class ExecutorCores {
    private static final String CORES = "spark.executor.cores";

    /** {@code local}, {@code local[2]}, {@code local[*]}, and the last two with a number of attempts. */
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[\\s*(\\d+|\\*)\\s*(?:,\\s*\\d+\\s*)?])?");

    /** Masters whose executors have one core unless {@code spark.executor.cores} is set. */
    private static final Pattern ONE_BY_DEFAULT = Pattern.compile("yarn.*|k8s:.*");

    /** The command line of an executor, which contains {@code --cores 2} on every kind of cluster. */
    private static final Pattern ARGUMENT = Pattern.compile("ExecutorBackend .*--cores (\\d+)( |$)");

    private ExecutorCores() {}

    /**
     * Returns the cores of this process: all of the machine if it is not an executor, or an executor without a limit.
     */
    public static int count() {
        SparkEnv spark = SparkEnv.get();
        int processors = Runtime.getRuntime().availableProcessors();
        if (spark == null) {
            return processors;
        }
        return ofExecutor(System.getProperty("sun.java.command", "")).orElseGet(() -> of(spark.conf(), processors));
    }

    /** Reads the cores from an executor's command line, because a standalone cluster's settings may lack them. */
    static OptionalInt ofExecutor(String command) {
        Matcher cores = ARGUMENT.matcher(command);
        return cores.find() ? OptionalInt.of(Integer.parseInt(cores.group(1))) : OptionalInt.empty();
    }

    /** Returns whether driver and executor are one process. */
    public static boolean isLocal(SparkConf configuration) {
        return LOCAL.matcher(configuration.get("spark.master", "")).matches();
    }

    /** Returns the cores that a configuration gives an executor on a machine with this many processors. */
    public static int of(SparkConf configuration, int processors) {
        String master = configuration.get("spark.master", "");
        Matcher local = LOCAL.matcher(master);
        if (local.matches()) {
            String threads = local.group(1);
            if (threads == null) {
                return 1;
            }
            return threads.equals("*") ? processors : Integer.parseInt(threads);
        }
        int unset = ONE_BY_DEFAULT.matcher(master).matches() ? 1 : processors;
        return Math.max(1, configuration.getInt(CORES, unset));
    }
}
