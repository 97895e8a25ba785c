package dev.cardinal.udf;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;

/** How many cores Spark gives the executor that this process is. Stateless and thread-safe. */
final class ExecutorCores {
    private static final String CORES = "spark.executor.cores";

    /** {@code local}, {@code local[2]}, {@code local[*]}, and each of the last two with a number of tries. */
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[\\s*(\\d+|\\*)\\s*(?:,\\s*\\d+\\s*)?])?");

    /** Where an executor has one core unless more are asked for. */
    private static final Pattern ONE_BY_DEFAULT = Pattern.compile("yarn.*|k8s:.*");

    /** How Spark starts an executor: with {@code --cores 2} among its arguments, on any cluster. */
    private static final Pattern ARGUMENT = Pattern.compile("ExecutorBackend .*--cores (\\d+)( |$)");

    private ExecutorCores() {}

    /** The cores of this process; all of the machine's where it is no executor, or one that is given them all. */
    static int count() {
        SparkEnv spark = SparkEnv.get();
        int processors = Runtime.getRuntime().availableProcessors();
        if (spark == null) {
            return processors;
        }
        return ofExecutor(System.getProperty("sun.java.command", "")).orElseGet(() -> of(spark.conf(), processors));
    }

    /** What an executor was told when it was started; a standalone cluster's settings need not say it. */
    static OptionalInt ofExecutor(String command) {
        Matcher cores = ARGUMENT.matcher(command);
        return cores.find() ? OptionalInt.of(Integer.parseInt(cores.group(1))) : OptionalInt.empty();
    }

    /** Whether driver and executor are one process. */
    static boolean isLocal(SparkConf configuration) {
        return LOCAL.matcher(configuration.get("spark.master", "")).matches();
    }

    /** The cores that a configuration gives an executor on a machine of so many. */
    static int of(SparkConf configuration, int processors) {
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
