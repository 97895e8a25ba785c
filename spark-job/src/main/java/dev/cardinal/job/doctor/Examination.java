package dev.cardinal.job.doctor;

import dev.cardinal.job.Versions;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.doctor.ExecutorList.Executor;
import dev.cardinal.job.label.Bottleneck;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.udf.DeviceFacts;
import dev.cardinal.udf.DeviceUse;
import dev.cardinal.udf.ModelFacts;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;

/** One look at everything, from the executors to the estimate. Used once; closing it lets go of what executors were given. */
final class Examination implements AutoCloseable {
    private final Instruments instruments;
    private final SparkContext spark;
    private final Checklist checks;
    private final DoctorRequest request;
    private final ExecutorExamination executors;
    private final ModelExamination model;
    private @Nullable InputSummary input;
    private @Nullable Measurement measurement;
    private @Nullable Bottleneck bottleneck;
    private @Nullable Estimate estimate;

    /** @param instruments which this closes */
    Examination(Instruments instruments, DoctorRequest request) {
        this.instruments = instruments;
        this.spark = instruments.spark().sparkContext();
        this.checks = instruments.checks();
        this.request = request;
        this.executors = new ExecutorExamination(instruments, request.engine());
        this.model = new ModelExamination(instruments, request);
    }

    Diagnosis diagnose() {
        skipWhatIsNotNamed();
        executors.await();
        model.read();
        ModelSummary summary = model.summary();
        executors.examine(summary == null ? 0 : summary.bytes());
        model.load(executors);
        if (executors.facts().isEmpty()) {
            checks.skip("no executor answers", Name.values());
        } else {
            checks.add(MemoryCheck.of(spark.conf(), executors.processes(), model.loaded()));
            examineImages();
        }
        return new Diagnosis(
                spark.master(),
                Versions.all(),
                checks.all(),
                executors.executors().stream().map(this::row).toList(),
                summary,
                input,
                measurement,
                bottleneck,
                estimate);
    }

    private void skipWhatIsNotNamed() {
        if (request.source().isEmpty()) {
            checks.skip("name images: --input URI", Name.INPUT, Name.IMAGES);
            checks.skip(
                    "name images: --input URI" + (request.model().isEmpty() ? ", and a model: --model DIR" : ""),
                    Name.STAGES,
                    Name.ESTIMATE);
        }
        if (request.output().isEmpty()) {
            checks.skip("name a directory for predictions: --output DIR", Name.OUTPUT);
        }
    }

    private void examineImages() {
        int slots = executors.executors().stream().mapToInt(Executor::slots).sum();
        double firstWrite = request.output()
                .map(output -> OutputExamination.examine(instruments, output, request.source(), slots))
                .orElse(0.0);
        request.source().ifPresent(source -> {
            ImageExamination images = new ImageExamination(instruments, request, executors.executors(), model);
            images.examine(source);
            input = images.input();
            measurement = images.measurement();
            if (measurement != null && input != null) {
                describe(measurement);
                estimate(measurement, input, Math.max(firstWrite, images.trialSeconds()));
            }
        });
    }

    private void describe(Measurement measured) {
        Optional<Bottleneck> most = Bottleneck.of(
                measured.sums(),
                measured.taskSeconds() / measured.tasks(),
                measured.tasks(),
                request.engine().withBatchSize(measured.batchSize()),
                executors.devices());
        if (most.isEmpty() || most.get().stage() == Bottleneck.Stage.TASKS) {
            checks.add(Check.warn(
                    Name.STAGES,
                    measured.text() + "; too short to tell what holds it up",
                    "measure more images: a larger --sample, or an --input with more of them"));
        } else {
            bottleneck = most.get();
            checks.add(new Check(Name.STAGES, Check.Result.PASS, measured.text(), bottleneck.advice()));
        }
    }

    /** @param writeSeconds of the first write, with what Spark loads for it */
    private void estimate(Measurement measured, InputSummary found, double writeSeconds) {
        double natives = executors.engines().values().stream()
                .mapToDouble(EngineFacts::loadSeconds)
                .max()
                .orElse(0);
        double load = model.loaded().values().stream()
                .mapToDouble(ModelFacts::loadSeconds)
                .max()
                .orElse(0);
        Estimate whole = Estimate.of(
                found,
                natives + load + writeSeconds,
                measured,
                request.executors().orElse(executors.executors().size()),
                LabelRequest.DEFAULT_IMAGES_PER_COMMIT,
                executors.devices().stream().anyMatch(use -> use.device().startsWith("gpu")));
        estimate = whole;
        checks.add(Check.pass(Name.ESTIMATE, whole.text()));
    }

    private ExecutorDiagnosis row(Executor executor) {
        Optional<ExecutorFacts> has = Optional.ofNullable(executors.facts().get(executor));
        Optional<EngineFacts> engine = Optional.ofNullable(executors.engines().get(executor));
        Optional<DeviceFacts> device = engine.map(EngineFacts::device);
        Optional<DeviceUse> use = device.map(DeviceFacts::use);
        Optional<ModelFacts> with = Optional.ofNullable(model.loaded().get(executor));
        Map<String, Double> rates = measurement == null ? Map.of() : measurement.imagesPerSecond();
        return new ExecutorDiagnosis(
                executor.id(),
                executor.host(),
                executor.cores(),
                executor.slots(),
                executor.gpus(),
                has.map(ExecutorFacts::java).orElse(null),
                has.map(ExecutorFacts::spark).orElse(null),
                has.map(ExecutorFacts::cardinal).orElse(null),
                engine.map(EngineFacts::tensorflow).orElse(null),
                device.map(DeviceFacts::processor).orElse(null),
                use.map(DeviceUse::device).orElse(null),
                use.map(DeviceUse::precision).orElse(null),
                device.map(DeviceFacts::automatic).orElse(null),
                has.map(ExecutorFacts::heapBytes).orElse(null),
                has.map(ExecutorFacts::machineBytes).orElse(null),
                with.map(ModelFacts::memory).map(ModelFacts.Memory::peakBytes).orElse(null),
                has.map(each -> each.nativeCache().path()).orElse(null),
                has.map(each -> each.nativeCache().freeBytes()).orElse(null),
                with.map(ModelFacts::loadSeconds).orElse(null),
                with.map(ModelFacts::imagesPerSecond).orElse(null),
                rates.get(executor.id()));
    }

    @Override
    public void close() {
        model.close();
        instruments.close();
    }
}
