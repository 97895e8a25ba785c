package dev.cardinal.job.doctor;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.common.Versions;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.ExecutorFacts.NativeRuntime;
import dev.cardinal.udf.device.DeviceFacts;
import dev.cardinal.udf.device.DevicePreflight;
import dev.cardinal.udf.device.DeviceUse;
import dev.cardinal.udf.options.ExecutionOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;

/** Checks that need only executors. Stateless. */
final class ExecutorChecks {
    private static final Duration REGISTRATION = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofMinutes(5);

    private ExecutorChecks() {}

    /** Waits for executors to register and returns them, perhaps none. */
    static List<Executor> await(DoctorContext context) {
        SparkContext spark = context.sparkContext();
        context.progress().step("waiting for executors");
        Optional<List<Executor>> executors = context.checks()
                .attempt(Name.EXECUTORS, OnEachExecutor.SEE_LOGS, () -> ExecutorList.await(spark, REGISTRATION));
        executors.ifPresent(registered -> context.checks().add(registration(spark, registered)));
        return executors.orElse(List.of());
    }

    private static Check registration(SparkContext spark, List<Executor> executors) {
        String master = spark.master();
        if (executors.isEmpty()) {
            return Check.fail(
                    Name.EXECUTORS,
                    "no executor has registered with " + master + " within "
                            + Format.roughDuration((double) REGISTRATION.toSeconds()),
                    "check in the master's web UI that workers have the cores, memory and GPUs that an executor requests"
                            + " (spark.executor.cores, .memory, .resource.gpu.amount), and that workers can reach this"
                            + " driver");
        }
        String tasks = Format.count(executors.stream().mapToInt(Executor::slots).sum(), "task") + " at once";
        if (spark.isLocal()) {
            return Check.pass(Name.EXECUTORS, master + ": driver and executor in one process, " + tasks);
        }
        long hosts = executors.stream().map(Executor::host).distinct().count();
        String finding = master + ": " + Format.count(executors.size(), "executor") + " on "
                + Format.count(hosts, "host") + ", " + tasks;
        Optional<Integer> expected = ExecutorList.expected(spark.conf());
        if (expected.isPresent() && executors.size() < expected.get()) {
            return Check.warn(
                    Name.EXECUTORS,
                    finding + "; " + expected.get() + " were requested",
                    "check in the master's web UI whether workers have the cores, memory and GPUs for the others");
        }
        return spark.conf().getBoolean("spark.dynamicAllocation.enabled", false)
                ? Check.warn(
                        Name.EXECUTORS,
                        finding + "; their number can change (spark.dynamicAllocation.enabled)",
                        "the other checks cover only these executors; spark.executor.instances fixes their number")
                : Check.pass(Name.EXECUTORS, finding);
    }

    /**
     * Asks executors what they have, and loads TensorFlow in them.
     *
     * @param modelBytes size of the model's files, 0 if no model is checked
     */
    static Cluster query(DoctorContext context, List<Executor> executors, long modelBytes) {
        if (executors.isEmpty()) {
            return new Cluster(executors, Map.of(), Map.of(), Map.of());
        }
        SparkContext spark = context.sparkContext();
        Checklist checks = context.checks();
        context.progress().step("querying executors");
        Map<Executor, ExecutorFacts> facts = OnEachExecutor.ask(
                context, executors, Name.EXECUTORS, ANSWER, OnEachExecutor.SEE_LOGS, ExecutorFacts::here);
        Map<Executor, Runtime.Version> javas = new LinkedHashMap<>();
        facts.forEach((executor, each) -> javas.put(executor, Runtime.Version.parse(each.java())));
        checks.add(PlatformChecks.java(Runtime.version(), javas));
        if (facts.isEmpty()) {
            return new Cluster(executors, Map.of(), Map.of(), Map.of());
        }
        Map<Executor, ExecutorFacts> processes = new LinkedHashMap<>();
        if (!spark.isLocal()) {
            String host = spark.conf().get("spark.driver.host", "localhost");
            processes.put(Executor.driver(host), ExecutorFacts.here());
        }
        processes.putAll(facts);
        checks.add(PlatformChecks.spark(
                String.valueOf(Versions.all().get("spark")), spark.version(), Versions.cardinal(), facts));
        checks.add(PlatformChecks.localDirectories(processes, modelBytes));
        return new Cluster(executors, facts, processes, loadTensorFlow(context, executors, facts));
    }

    private static Map<Executor, NativeRuntime> loadTensorFlow(
            DoctorContext context, List<Executor> executors, Map<Executor, ExecutorFacts> facts) {
        Checklist checks = context.checks();
        context.progress().step("loading TensorFlow");
        ExecutionOptions options = context.request().execution();
        Map<Executor, NativeRuntime> runtimes = OnEachExecutor.ask(
                context,
                executors,
                Name.NATIVES,
                ANSWER,
                OnEachExecutor.SEE_LOGS,
                () -> NativeRuntime.load(TaskContext.get(), options));
        if (!checks.hasFailed(Name.NATIVES)) {
            checks.add(PlatformChecks.natives(runtimes));
        }
        Set<Executor> loaded = runtimes.entrySet().stream()
                .filter(each -> each.getValue().tensorflow() != null)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        checks.add(PlatformChecks.nativeCache(facts, loaded));
        SparkConf settings = context.sparkContext().conf();
        checks.attempt(
                        Name.DEVICE,
                        OnEachExecutor.SEE_LOGS,
                        () -> DeviceCheck.of(
                                options.device(), DevicePreflight.problems(options, settings), facts, runtimes))
                .ifPresent(checks::add);
        return runtimes;
    }

    /**
     * The executors of the application and their answers. In a local run the driver is the only executor.
     *
     * @param executors all executors, perhaps none
     * @param facts what executors have, for those that answered
     * @param processes the same, and on a cluster that of the driver, which stores the model's chunks as executors do
     * @param runtimes TensorFlow in executors, for those that answered
     */
    record Cluster(
            List<Executor> executors,
            Map<Executor, ExecutorFacts> facts,
            Map<Executor, ExecutorFacts> processes,
            Map<Executor, NativeRuntime> runtimes) {

        /** Returns the number of tasks that run at the same time. */
        int slots() {
            return executors.stream().mapToInt(Executor::slots).sum();
        }

        /** Returns what executors would run a model on, for those that can run one. */
        List<DeviceUse> devices() {
            return runtimes.values().stream()
                    .map(NativeRuntime::device)
                    .filter(Objects::nonNull)
                    .map(DeviceFacts::use)
                    .filter(Objects::nonNull)
                    .toList();
        }
    }
}
