package dev.cardinal.job.doctor;

import dev.cardinal.job.Versions;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.EveryExecutor.Answer;
import dev.cardinal.job.doctor.EveryExecutor.Question;
import dev.cardinal.job.doctor.ExecutorList.Executor;
import dev.cardinal.udf.DeviceFacts;
import dev.cardinal.udf.DeviceUse;
import dev.cardinal.udf.EngineCheck;
import dev.cardinal.udf.EngineOptions;
import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;

/** The part of an examination that needs nothing but executors. Used once. */
final class ExecutorExamination {
    static final String SEE_LOGS =
            "see the log (--verbose) and the executors' own; one that is lost may have had too little"
                    + " memory (spark.executor.memoryOverhead)";

    private static final Duration REGISTRATION = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofMinutes(5);

    private final Instruments instruments;
    private final SparkContext spark;
    private final Checklist checks;
    private final EngineOptions options;
    private List<Executor> executors = List.of();
    private Map<Executor, ExecutorFacts> facts = Map.of();
    private Map<Executor, EngineFacts> engines = Map.of();

    ExecutorExamination(Instruments instruments, EngineOptions options) {
        this.instruments = instruments;
        this.spark = instruments.spark().sparkContext();
        this.checks = instruments.checks();
        this.options = options;
    }

    List<Executor> executors() {
        return executors;
    }

    /** What executors have, of those that say so. */
    Map<Executor, ExecutorFacts> facts() {
        return facts;
    }

    /** TensorFlow in executors, of those that say so. */
    Map<Executor, EngineFacts> engines() {
        return engines;
    }

    /** What executors would run a model on, of those that can. */
    List<DeviceUse> devices() {
        return engines.values().stream()
                .map(EngineFacts::device)
                .filter(Objects::nonNull)
                .map(DeviceFacts::use)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Executors, and on a cluster the driver, which holds the model's chunks as they do. */
    Map<Executor, ExecutorFacts> processes() {
        if (spark.isLocal()) {
            return facts;
        }
        Map<Executor, ExecutorFacts> processes = new LinkedHashMap<>();
        processes.put(Executor.driver(spark.conf().get("spark.driver.host", "localhost")), ExecutorFacts.here());
        processes.putAll(facts);
        return processes;
    }

    /** Waits for executors; where there are none, there is nothing more to look at. */
    void await() {
        instruments.progress().step("waiting for executors");
        executors = checks.attempt(Name.EXECUTORS, SEE_LOGS, () -> new ExecutorList(spark).await(REGISTRATION))
                .orElse(List.of());
        if (!executors.isEmpty()) {
            checks.add(describe());
            return;
        }
        if (!checks.hasFailed(Name.EXECUTORS)) {
            checks.add(
                    Check.fail(
                            Name.EXECUTORS,
                            "no executor has registered with " + spark.master() + " within "
                                    + Texts.time((double) REGISTRATION.toSeconds()),
                            "see on the master's page that workers have the cores, memory and GPUs that an executor asks for"
                                    + " (spark.executor.cores, .memory, .resource.gpu.amount), and that they can reach this driver"));
        }
    }

    private Check describe() {
        int slots = executors.stream().mapToInt(Executor::slots).sum();
        String master = spark.master();
        if (spark.isLocal()) {
            return Check.pass(Name.EXECUTORS, master + ": driver and executor in one process, " + atOnce(slots));
        }
        long hosts = executors.stream().map(Executor::host).distinct().count();
        String finding = master + ": " + Texts.count(executors.size(), "executor") + " on " + Texts.count(hosts, "host")
                + ", " + atOnce(slots);
        Optional<Integer> expected = ExecutorList.expected(spark.conf());
        if (expected.isPresent() && executors.size() < expected.get()) {
            return Check.warn(
                    Name.EXECUTORS,
                    finding + "; " + expected.get() + " were asked for",
                    "see on the master's page whether others have the cores, memory or GPUs");
        }
        return spark.conf().getBoolean("spark.dynamicAllocation.enabled", false)
                ? Check.warn(
                        Name.EXECUTORS,
                        finding + "; others come and go (spark.dynamicAllocation.enabled)",
                        "what follows is of these alone; spark.executor.instances fixes their number")
                : Check.pass(Name.EXECUTORS, finding);
    }

    private static String atOnce(int slots) {
        return Texts.count(slots, "task") + " at once";
    }

    /**
     * Asks what executors have.
     *
     * @param modelBytes of the model's files, 0 where no model is looked at
     */
    void examine(long modelBytes) {
        if (executors.isEmpty()) {
            return;
        }
        instruments.progress().step("asking executors");
        facts = ask(Name.EXECUTORS, ANSWER, SEE_LOGS, ExecutorFacts::here);
        Map<Executor, Runtime.Version> javas = new LinkedHashMap<>();
        facts.forEach((executor, each) -> javas.put(executor, Runtime.Version.parse(each.java())));
        checks.add(PlatformChecks.java(Runtime.version(), javas));
        if (facts.isEmpty()) {
            return;
        }
        checks.add(PlatformChecks.spark(
                String.valueOf(Versions.all().get("spark")), spark.version(), Versions.cardinal(), facts));
        checks.add(PlatformChecks.localDirectories(processes(), modelBytes));
        loadTensorFlow();
    }

    private void loadTensorFlow() {
        instruments.progress().step("loading TensorFlow");
        EngineOptions asked = options; // not this, which is not serializable
        engines = ask(Name.NATIVES, ANSWER, SEE_LOGS, () -> EngineFacts.of(TaskContext.get(), asked));
        if (!checks.hasFailed(Name.NATIVES)) {
            checks.add(PlatformChecks.natives(engines));
        }
        Set<Executor> loaded = engines.entrySet().stream()
                .filter(each -> each.getValue().tensorflow() != null)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        checks.add(PlatformChecks.nativeCache(facts, loaded));
        checks.attempt(
                        Name.DEVICE,
                        SEE_LOGS,
                        () -> DeviceCheck.of(
                                options.device(), EngineCheck.problems(options, spark.conf()), facts, engines))
                .ifPresent(checks::add);
    }

    /** Asks every executor; those that do not answer, or cannot, fail a check. */
    <T extends Serializable> Map<Executor, T> ask(Name name, Duration limit, String advice, Question<T> question) {
        Map<Executor, Answer<T>> answers = checks.attempt(
                        name, SEE_LOGS, () -> instruments.bounded().call(name.id(), limit, () -> new EveryExecutor(
                                        instruments.context(), executors)
                                .ask(question)))
                .orElse(Map.of());
        Map<Executor, T> values = new LinkedHashMap<>();
        Map<Executor, String> problems = new LinkedHashMap<>();
        answers.forEach((executor, answer) -> {
            if (answer.value() == null) {
                problems.put(executor, String.valueOf(answer.problem()));
            } else {
                values.put(executor, answer.value());
            }
        });
        if (!problems.isEmpty()) {
            checks.add(Check.fail(name, Texts.byExecutor(problems), advice));
        }
        return values;
    }
}
