package dev.cardinal.job.doctor;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.doctor.Check.CheckResult;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.ExecutorFacts.DirectoryFacts;
import dev.cardinal.job.doctor.ExecutorFacts.NativeRuntime;
import dev.cardinal.udf.sql.SparkVersion;
import dev.cardinal.zoo.graph.NativeLibrary;
import java.lang.Runtime.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks the software and the directories that labeling needs. Stateless. */
final class PlatformChecks {
    private static final Set<Integer> TESTED_JAVA = Set.of(17, 21);
    /** Space that a run needs in addition to the model, for listings and shuffles of paths. */
    private static final long SPILL_BYTES = 1_000_000_000;

    private PlatformChecks() {}

    static Check java(Version driver, Map<Executor, Version> executors) {
        String finding = compare(describe(driver), texts(executors, (executor, version) -> describe(version)));
        if (executors.values().stream().anyMatch(version -> version.feature() != driver.feature())) {
            return Check.warn(Name.JAVA, finding, "run the driver and all executors on Java 17, or all on Java 21");
        }
        return TESTED_JAVA.contains(driver.feature())
                ? Check.pass(Name.JAVA, finding)
                : Check.warn(Name.JAVA, finding, "Cardinal is tested only on Java 17 and 21: set JAVA_HOME");
    }

    private static String describe(Version java) {
        return "Java " + java.version().stream().map(String::valueOf).collect(Collectors.joining("."));
    }

    /**
     * Checks Spark and Cardinal.
     *
     * @param built version of Spark that Cardinal was built with
     * @param spark version on the driver
     * @param cardinal version on the driver
     */
    static Check spark(String built, String spark, String cardinal, Map<Executor, ExecutorFacts> executors) {
        String driver = versions(spark, cardinal);
        Map<Executor, String> versions =
                texts(executors, (executor, facts) -> versions(facts.spark(), facts.cardinal()));
        String finding = compare(driver, versions);
        if (versions.values().stream().anyMatch(each -> !each.equals(driver))) {
            return Check.fail(
                    Name.SPARK,
                    finding,
                    "submit with the cluster's Spark, and remove other versions of Cardinal from the executors' class path"
                            + " (spark.executor.extraClassPath, spark.jars)");
        }
        String builtWith = finding + "; Cardinal was built with Spark " + built;
        return SparkVersion.isSupported(spark)
                ? Check.pass(Name.SPARK, spark.equals(built) ? finding : builtWith)
                : Check.fail(Name.SPARK, builtWith, "use Spark " + SparkVersion.supported());
    }

    private static String versions(String spark, String cardinal) {
        return "Spark " + spark + ", Cardinal " + cardinal;
    }

    /** Describes the driver and the executors that differ from it; in a local run, the driver alone. */
    private static String compare(String driver, Map<Executor, String> executors) {
        Map<Executor, String> differing = new LinkedHashMap<>(executors);
        differing.values().removeIf(driver::equals);
        if (!differing.isEmpty()) {
            return driver + " on the driver; " + Executor.join(differing);
        }
        boolean isCluster = executors.keySet().stream().anyMatch(executor -> !executor.isDriver());
        return isCluster ? driver + " on the driver and " + Format.count(executors.size(), "executor") : driver;
    }

    static Check natives(Map<Executor, NativeRuntime> executors) {
        String finding = Executor.join(texts(
                executors,
                (executor, runtime) -> runtime.tensorflow() == null
                        ? "TensorFlow does not load: " + runtime.problem()
                        : "TensorFlow " + runtime.tensorflow() + " loads"));
        return executors.values().stream().allMatch(runtime -> runtime.tensorflow() != null)
                ? Check.pass(Name.NATIVES, finding)
                : Check.fail(
                        Name.NATIVES,
                        finding,
                        "the job jar contains the native library of the platform it was built on (Linux x86-64 or arm64, macOS"
                                + " arm64): build it on the executors' platform; check that native_cache passes, and that"
                                + " the system uses glibc (Alpine's musl does not work)");
    }

    /**
     * Checks the directory that the native library is unpacked in.
     *
     * @param loaded executors that have already unpacked and loaded the library, which need no more space
     */
    static Check nativeCache(Map<Executor, ExecutorFacts> executors, Set<Executor> loaded) {
        Map<Executor, CheckResult> results = new LinkedHashMap<>();
        String finding = Executor.join(texts(executors, (executor, facts) -> {
            DirectoryFacts cache = facts.nativeCache();
            String obstacle = cache.obstacle(loaded.contains(executor) ? 0 : NativeLibrary.UNPACKED_BYTES);
            if (obstacle != null) {
                results.put(executor, CheckResult.FAIL);
                return obstacle;
            }
            if (!facts.unwritableCaches().isEmpty()) {
                results.put(executor, CheckResult.WARN);
                return cache.path() + ", because "
                        + facts.unwritableCaches().get(0).obstacle(0);
            }
            return cache.path() + ", " + Format.bytes(cache.freeBytes()) + " free";
        }));
        return check(
                Name.NATIVE_CACHE,
                results,
                finding,
                "set a directory with " + Format.bytes(NativeLibrary.UNPACKED_BYTES)
                        + " free that executors can write to: -Dorg.bytedeco.javacpp.cachedir=DIR in"
                        + " spark.executor.extraJavaOptions, and in spark.driver.extraJavaOptions for local runs");
    }

    /**
     * Checks Spark's local directories, which hold a copy of the model and, if it is broadcast, its chunks.
     *
     * @param modelBytes size of the model's files, 0 if no model is checked
     */
    static Check localDirectories(Map<Executor, ExecutorFacts> executors, long modelBytes) {
        Map<Executor, CheckResult> results = new LinkedHashMap<>();
        String finding = Executor.join(texts(executors, (executor, facts) -> {
            List<DirectoryFacts> directories = facts.localDirectories();
            Optional<String> obstacle = firstObstacle(directories, 2 * modelBytes);
            Optional<String> tight = firstObstacle(directories, 2 * modelBytes + SPILL_BYTES);
            obstacle.or(() -> tight)
                    .ifPresent(
                            any -> results.put(executor, obstacle.isPresent() ? CheckResult.FAIL : CheckResult.WARN));
            return obstacle.or(() -> tight).orElseGet(() -> freeSpace(directories));
        }));
        return check(
                Name.LOCAL_DIRS,
                results,
                finding,
                "set spark.local.dir (SPARK_LOCAL_DIRS on a standalone cluster's workers) to writable directories with space"
                        + " for two copies of the model and " + Format.bytes(SPILL_BYTES));
    }

    private static Optional<String> firstObstacle(List<DirectoryFacts> directories, long bytes) {
        return directories.stream()
                .map(each -> each.obstacle(bytes))
                .flatMap(Stream::ofNullable)
                .findFirst();
    }

    /** Paths of local directories contain random parts, so only the smallest free space is reported. */
    private static String freeSpace(List<DirectoryFacts> directories) {
        long least =
                directories.stream().mapToLong(DirectoryFacts::freeBytes).min().orElse(0);
        return "writable, " + Format.bytes(least) + " free";
    }

    /** @param results results of executors that did not pass */
    private static Check check(Name name, Map<Executor, CheckResult> results, String finding, String advice) {
        if (results.isEmpty()) {
            return Check.pass(name, finding);
        }
        return results.containsValue(CheckResult.FAIL)
                ? Check.fail(name, finding, advice)
                : Check.warn(name, finding, advice);
    }

    private static <T> Map<Executor, String> texts(Map<Executor, T> values, BiFunction<Executor, T, String> text) {
        Map<Executor, String> texts = new LinkedHashMap<>();
        values.forEach((executor, value) -> texts.put(executor, text.apply(executor, value)));
        return texts;
    }
}
