package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.Check.Result;
import dev.cardinal.job.doctor.ExecutorList.Executor;
import dev.cardinal.zoo.graph.NativeLibrary;
import java.lang.Runtime.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Judges what processes have that labelling needs. Stateless. */
final class PlatformChecks {
    private static final int JAVA = 17;
    /** What a run spills beside the model: listings, shuffles of paths. */
    private static final long SPILL_BYTES = 1_000_000_000;

    private PlatformChecks() {}

    static Check java(Version driver, Map<Executor, Version> executors) {
        Map<Executor, String> said = new LinkedHashMap<>();
        executors.forEach((executor, version) -> said.put(executor, describe(version)));
        String finding = compared(describe(driver), said);
        if (executors.values().stream().anyMatch(version -> version.feature() != driver.feature())) {
            return Check.warn(Name.JAVA, finding, "run the driver and all executors on Java " + JAVA);
        }
        return driver.feature() == JAVA
                ? Check.pass(Name.JAVA, finding)
                : Check.warn(
                        Name.JAVA, finding, "Cardinal is tested on Java " + JAVA + " and on no other: set JAVA_HOME");
    }

    private static String describe(Version java) {
        return "Java " + java.version().stream().map(String::valueOf).collect(Collectors.joining("."));
    }

    /**
     * Spark and Cardinal.
     *
     * @param built version of Spark that Cardinal was built with
     * @param spark of the driver
     * @param cardinal of the driver
     */
    static Check spark(String built, String spark, String cardinal, Map<Executor, ExecutorFacts> executors) {
        Map<Executor, String> said = new LinkedHashMap<>();
        executors.forEach((executor, facts) -> said.put(executor, versions(facts.spark(), facts.cardinal())));
        String driver = versions(spark, cardinal);
        String finding = compared(driver, said);
        if (!differing(driver, said).isEmpty()) {
            return Check.fail(
                    Name.SPARK,
                    finding,
                    "submit with the Spark of the cluster, and take no other Cardinal onto the executors' class path"
                            + " (spark.executor.extraClassPath, spark.jars)");
        }
        if (!minor(spark).equals(minor(built))) {
            return Check.fail(Name.SPARK, finding + "; it was built with Spark " + built, "use Spark " + minor(built));
        }
        return spark.equals(built)
                ? Check.pass(Name.SPARK, finding)
                : Check.warn(
                        Name.SPARK,
                        finding + "; it was built with Spark " + built,
                        "another patch release will do; if something of Spark's is missing, use " + built);
    }

    private static String versions(String spark, String cardinal) {
        return "Spark " + spark + ", Cardinal " + cardinal;
    }

    private static String minor(String version) {
        String[] parts = version.split("[.-]", -1);
        return parts.length < 2 ? version : parts[0] + "." + parts[1];
    }

    private static Map<Executor, String> differing(String driver, Map<Executor, String> executors) {
        Map<Executor, String> differing = new LinkedHashMap<>();
        executors.forEach((executor, said) -> {
            if (!said.equals(driver)) {
                differing.put(executor, said);
            }
        });
        return differing;
    }

    /** What the driver and executors say, in words that tell a cluster from a local run. */
    private static String compared(String driver, Map<Executor, String> executors) {
        Map<Executor, String> others = differing(driver, executors);
        if (!others.isEmpty()) {
            return driver + " on the driver; " + Texts.byExecutor(others);
        }
        boolean isCluster = executors.keySet().stream().anyMatch(executor -> !executor.isDriver());
        return isCluster ? driver + " on the driver and " + Texts.count(executors.size(), "executor") : driver;
    }

    static Check natives(Map<Executor, EngineFacts> executors) {
        Map<Executor, String> said = new LinkedHashMap<>();
        executors.forEach((executor, facts) -> said.put(
                executor,
                facts.tensorflow() == null
                        ? "TensorFlow does not load: " + facts.problem()
                        : "TensorFlow " + facts.tensorflow() + " loads"));
        String finding = Texts.byExecutor(said);
        return executors.values().stream().allMatch(facts -> facts.tensorflow() != null)
                ? Check.pass(Name.NATIVES, finding)
                : Check.fail(
                        Name.NATIVES,
                        finding,
                        "the job jar holds the native library of the platform it was built on (Linux x86-64 and arm64, macOS"
                                + " arm64): build it on one like this; make sure that native_cache passes, and that the"
                                + " system has glibc (Alpine's musl will not do)");
    }

    /**
     * The directory that the native library is unpacked in.
     *
     * @param loaded executors in which it has been unpacked and loaded already, however little room is left
     */
    static Check nativeCache(Map<Executor, ExecutorFacts> executors, Set<Executor> loaded) {
        Map<Executor, String> said = new LinkedHashMap<>();
        Result result = Result.PASS;
        for (Map.Entry<Executor, ExecutorFacts> each : executors.entrySet()) {
            DirectoryFacts cache = each.getValue().nativeCache();
            long needed = loaded.contains(each.getKey()) ? 0 : NativeLibrary.UNPACKED_BYTES;
            String obstacle = cache.obstacle(needed);
            List<DirectoryFacts> passedOver = each.getValue().passedOver();
            if (obstacle != null) {
                said.put(each.getKey(), obstacle);
                result = Result.FAIL;
            } else if (!passedOver.isEmpty()) {
                said.put(
                        each.getKey(),
                        cache.path() + ", since " + passedOver.get(0).obstacle(0));
                result = result == Result.FAIL ? result : Result.WARN;
            } else {
                said.put(each.getKey(), cache.path() + ", " + Texts.bytes(cache.freeBytes()) + " free");
            }
        }
        return new Check(
                Name.NATIVE_CACHE,
                result,
                Texts.byExecutor(said),
                result == Result.PASS
                        ? null
                        : "name a directory with " + Texts.bytes(NativeLibrary.UNPACKED_BYTES)
                                + " free that executors may write to: -Dorg.bytedeco.javacpp.cachedir=DIR in"
                                + " spark.executor.extraJavaOptions, and in spark.driver.extraJavaOptions for local runs");
    }

    /**
     * Spark's local directories, which hold a copy of the model and, where it is broadcast, its chunks.
     *
     * @param modelBytes of the model's files, 0 where no model is looked at
     */
    static Check localDirectories(Map<Executor, ExecutorFacts> executors, long modelBytes) {
        Map<Executor, String> said = new LinkedHashMap<>();
        Result result = Result.PASS;
        for (Map.Entry<Executor, ExecutorFacts> each : executors.entrySet()) {
            List<DirectoryFacts> directories = each.getValue().localDirectories();
            Optional<String> obstacle = firstObstacle(directories, 2 * modelBytes);
            Optional<String> tight = firstObstacle(directories, 2 * modelBytes + SPILL_BYTES);
            said.put(each.getKey(), obstacle.or(() -> tight).orElseGet(() -> roomiest(directories)));
            if (obstacle.isPresent()) {
                result = Result.FAIL;
            } else if (tight.isPresent() && result == Result.PASS) {
                result = Result.WARN;
            }
        }
        return new Check(
                Name.LOCAL_DIRS,
                result,
                Texts.byExecutor(said),
                result == Result.PASS
                        ? null
                        : "set spark.local.dir (SPARK_LOCAL_DIRS on a standalone cluster's workers) to directories that can be"
                                + " written to, with room for two copies of the model and " + Texts.bytes(SPILL_BYTES));
    }

    private static Optional<String> firstObstacle(List<DirectoryFacts> directories, long bytes) {
        return directories.stream()
                .map(each -> each.obstacle(bytes))
                .flatMap(Stream::ofNullable)
                .findFirst();
    }

    /** Paths of local directories hold random parts: how much room there is says more. */
    private static String roomiest(List<DirectoryFacts> directories) {
        long least =
                directories.stream().mapToLong(DirectoryFacts::freeBytes).min().orElse(0);
        return "writable, " + Texts.bytes(least) + " free";
    }
}
