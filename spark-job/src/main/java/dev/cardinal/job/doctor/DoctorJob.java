package dev.cardinal.job.doctor;

import dev.cardinal.job.common.Versions;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.Diagnosis.Compute;
import dev.cardinal.job.doctor.Diagnosis.Estimate;
import dev.cardinal.job.doctor.Diagnosis.ExecutorResult;
import dev.cardinal.job.doctor.Diagnosis.InputSummary;
import dev.cardinal.job.doctor.Diagnosis.Measurement;
import dev.cardinal.job.doctor.Diagnosis.NativeCache;
import dev.cardinal.job.doctor.Diagnosis.ProcessMemory;
import dev.cardinal.job.doctor.Diagnosis.Software;
import dev.cardinal.job.doctor.Diagnosis.Speed;
import dev.cardinal.job.doctor.ExecutorChecks.Cluster;
import dev.cardinal.job.doctor.ExecutorFacts.DirectoryFacts;
import dev.cardinal.job.doctor.ExecutorFacts.NativeRuntime;
import dev.cardinal.job.doctor.ModelChecks.CheckedModel;
import dev.cardinal.job.doctor.ModelChecks.ReadModel;
import dev.cardinal.job.label.Bottleneck;
import dev.cardinal.job.label.BottleneckFinder;
import dev.cardinal.job.label.CommitSize;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.udf.device.DeviceFacts;
import dev.cardinal.udf.device.DeviceUse;
import dev.cardinal.udf.model.ModelFacts;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Checks a machine or a cluster as a labeling run would use it, and measures a sample of a run.
 *
 * <p>The checks are independent: a check that fails does not stop the others, except those that need its result. Leaves nothing
 * behind. Lives on the driver; not thread-safe.
 */
public final class DoctorJob {
    private final SparkSession spark;
    private final Clock clock;
    private final LabelProgress progress;

    public DoctorJob(SparkSession spark, Clock clock, LabelProgress progress) {
        this.spark = spark;
        this.clock = clock;
        this.progress = progress;
    }

    /** Checks everything that a request names. */
    public Diagnosis run(DoctorRequest request) {
        try (DoctorContext context = DoctorContext.of(spark, clock, progress, request)) {
            return diagnose(context);
        } catch (IllegalStateException e) {
            if (!spark.sparkContext().isStopped()) {
                throw e;
            }
            return withoutSpark(new IllegalStateException(
                    spark.sparkContext().master() + " does not answer, or has ended this application", e));
        } finally {
            progress.finished();
        }
    }

    /** Returns the diagnosis if Spark does not start. */
    public static Diagnosis withoutSpark(Exception failure) {
        Checklist checks = new Checklist();
        checks.add(PlatformChecks.java(Runtime.version(), Map.of()));
        checks.add(Check.fail(
                Name.SPARK,
                "Spark does not start: " + Failures.explain(failure),
                "check that the master is running and reachable, and that the cluster can reach this machine"
                        + " (spark.driver.host); --verbose shows Spark's log"));
        checks.skip("needs Spark", Name.values());
        return new Diagnosis(null, Versions.all(), checks.all(), List.of(), null, null, null, null, null);
    }

    private static Diagnosis diagnose(DoctorContext context) {
        Checklist checks = context.checks();
        skipWhatIsNotRequested(context);
        List<Executor> executors = ExecutorChecks.await(context);
        Optional<ReadModel> model = ModelChecks.read(context);
        Cluster cluster = ExecutorChecks.query(
                context, executors, model.map(read -> read.summary().bytes()).orElse(0L));
        CheckedModel loaded = ModelChecks.load(context, cluster, model);
        Optional<InputSummary> input = Optional.empty();
        Optional<SampleRun> sample = Optional.empty();
        Optional<Bottleneck> bottleneck = Optional.empty();
        Optional<Estimate> estimate = Optional.empty();
        if (cluster.facts().isEmpty()) {
            checks.skip("no executor answered", Name.values());
        } else {
            checks.add(MemoryCheck.of(context.sparkContext().conf(), cluster.processes(), loaded.facts()));
            double firstWrite = TrialOutput.check(context, cluster.slots());
            InputChecks.Findings found = InputChecks.run(context, cluster, model.map(ReadModel::served), loaded);
            input = found.input();
            sample = found.sample();
            if (sample.isPresent()) {
                bottleneck = checkStages(context, sample.get(), cluster);
                estimate =
                        Optional.of(estimate(context, cluster, loaded, input.orElseThrow(), sample.get(), firstWrite));
            }
        }
        Map<String, Double> rates = sample.map(SampleRun::imagesPerSecond).orElse(Map.of());
        return new Diagnosis(
                context.sparkContext().master(),
                Versions.all(),
                checks.all(),
                executors.stream()
                        .map(each -> result(each, cluster, loaded.facts().get(each), rates.get(each.id())))
                        .toList(),
                model.map(ReadModel::summary).orElse(null),
                input.orElse(null),
                sample.map(SampleRun::measurement).orElse(null),
                bottleneck.orElse(null),
                estimate.orElse(null));
    }

    private static void skipWhatIsNotRequested(DoctorContext context) {
        DoctorRequest request = context.request();
        if (request.source().isEmpty()) {
            String needs = "needs images: --input URI";
            context.checks().skip(needs, Name.INPUT, Name.IMAGES);
            context.checks()
                    .skip(
                            needs + (request.model().isEmpty() ? ", and a model: --model DIR" : ""),
                            Name.STAGES,
                            Name.ESTIMATE);
        }
        if (request.output().isEmpty()) {
            context.checks().skip("needs a directory for predictions: --output DIR", Name.OUTPUT);
        }
    }

    private static Optional<Bottleneck> checkStages(DoctorContext context, SampleRun sample, Cluster cluster) {
        Measurement measured = sample.measurement();
        DoctorRequest request = context.request();
        int views = request.image().views().count();
        Optional<Bottleneck> bottleneck = BottleneckFinder.find(
                        sample.sums(),
                        sample.taskSeconds() / measured.tasks(),
                        measured.tasks(),
                        request.options()
                                .withExecution(request.execution().withBatchSize(views * measured.batchSize())),
                        cluster.devices())
                .filter(most -> most.stage() != Bottleneck.Stage.TASKS);
        context.checks()
                .add(bottleneck
                        .map(most -> new Check(Name.STAGES, Check.CheckResult.PASS, measured.text(), most.advice()))
                        .orElseGet(() -> Check.warn(
                                Name.STAGES,
                                measured.text() + "; too short to identify the bottleneck",
                                "measure more images: use a larger --sample, or an --input with more images")));
        return bottleneck;
    }

    /** @param firstWrite seconds that the first write took, including the classes that Spark loads for it */
    private static Estimate estimate(
            DoctorContext context,
            Cluster cluster,
            CheckedModel loaded,
            InputSummary input,
            SampleRun sample,
            double firstWrite) {
        double natives = cluster.runtimes().values().stream()
                .mapToDouble(NativeRuntime::loadSeconds)
                .max()
                .orElse(0);
        int executors = context.request().executors().orElse(cluster.executors().size());
        double perSecond = sample.measurement().imagesPerSecondPerExecutor() * executors;
        Estimate estimate = Estimate.of(
                input,
                natives + loaded.slowestLoadSeconds() + Math.max(firstWrite, sample.trialSeconds()),
                sample.measurement(),
                executors,
                CommitSize.ofRate(perSecond, Runtime.getRuntime().maxMemory()),
                cluster.devices().stream().anyMatch(use -> use.device().startsWith("gpu")));
        context.checks().add(Check.pass(Name.ESTIMATE, estimate.text()));
        return estimate;
    }

    private static ExecutorResult result(
            Executor executor, Cluster cluster, @Nullable ModelFacts model, @Nullable Double imagesPerSecond) {
        ExecutorFacts facts = cluster.facts().get(executor);
        NativeRuntime runtime = cluster.runtimes().get(executor);
        DeviceFacts device = field(runtime, NativeRuntime::device);
        DeviceUse use = field(device, DeviceFacts::use);
        DirectoryFacts cache = field(facts, ExecutorFacts::nativeCache);
        return new ExecutorResult(
                executor,
                new Software(
                        field(facts, ExecutorFacts::java),
                        field(facts, ExecutorFacts::spark),
                        field(facts, ExecutorFacts::cardinal),
                        field(runtime, NativeRuntime::tensorflow)),
                new Compute(
                        field(device, DeviceFacts::processor),
                        field(use, DeviceUse::device),
                        field(use, DeviceUse::precision),
                        field(device, DeviceFacts::automatic)),
                new ProcessMemory(
                        field(facts, ExecutorFacts::heapBytes),
                        field(facts, ExecutorFacts::machineBytes),
                        field(field(model, ModelFacts::memory), ModelFacts.Memory::peakBytes)),
                new NativeCache(field(cache, DirectoryFacts::path), field(cache, DirectoryFacts::freeBytes)),
                new Speed(
                        field(model, ModelFacts::loadSeconds),
                        field(model, ModelFacts::imagesPerSecond),
                        imagesPerSecond));
    }

    private static <T, R> @Nullable R field(@Nullable T source, Function<T, R> value) {
        return source == null ? null : value.apply(source);
    }
}
