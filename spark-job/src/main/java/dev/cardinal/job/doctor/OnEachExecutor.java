package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.udf.task.PackedValues;
import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks every executor a question, with a Spark job that has a task for every slot. The first task on each executor answers. Runs on
 * the driver; stateless there.
 */
final class OnEachExecutor {
    static final String SEE_LOGS =
            "see the log (--verbose) and the executors' logs; an executor that was lost may have had too little memory"
                    + " (spark.executor.memoryOverhead)";

    /** An executor gets no task if its slots are busy for a moment, so the question is asked again. */
    private static final int ROUNDS = 3;

    /** Identifies the last question that this executor answered. */
    private static String lastQuestion = "";

    private OnEachExecutor() {}

    /** A question. If it throws, the exception is the executor's answer. */
    interface Question<T extends Serializable> extends Serializable {
        T ask() throws Exception;
    }

    /**
     * The answer of an executor.
     *
     * @param executor Spark's id of the executor
     * @param value the answer, null if there is a problem
     * @param problem why there is no answer, null if there is one
     */
    private record Answer<T extends Serializable>(
            String executor, @Nullable T value, @Nullable String problem) implements Serializable {}

    /**
     * Asks every executor a question. If an executor does not answer or fails, the check fails.
     *
     * @param advice what to do if an executor fails
     * @return the answers, in the order of the executors
     */
    static <T extends Serializable> Map<Executor, T> ask(
            DoctorContext context,
            List<Executor> executors,
            Name name,
            Duration limit,
            String advice,
            Question<T> question) {
        Optional<Map<String, Answer<T>>> answers = context.attempt(
                name, SEE_LOGS, name.id(), limit, () -> ask(context.javaContext(), executors, question));
        Map<Executor, T> values = new LinkedHashMap<>();
        Map<Executor, String> problems = new LinkedHashMap<>();
        answers.ifPresent(given -> executors.forEach(executor -> {
            Answer<T> answer =
                    given.getOrDefault(executor.id(), new Answer<>(executor.id(), null, "no task ran on it"));
            if (answer.value() == null) {
                problems.put(executor, String.valueOf(answer.problem()));
            } else {
                values.put(executor, answer.value());
            }
        }));
        if (!problems.isEmpty()) {
            context.checks().add(Check.fail(name, Executor.join(problems), advice));
        }
        return values;
    }

    /** Returns answers by Spark's id of the executor. */
    private static <T extends Serializable> Map<String, Answer<T>> ask(
            JavaSparkContext spark, List<Executor> executors, Question<T> question) {
        String id = UUID.randomUUID().toString();
        int slots = executors.stream().mapToInt(Executor::slots).sum();
        List<Integer> tasks = IntStream.range(0, slots).boxed().toList();
        Map<String, Answer<T>> answers = new HashMap<>();
        for (int round = 0; round < ROUNDS && answers.size() < executors.size(); round++) {
            PackedValues.collect(PackedValues.parallelize(spark, tasks, slots)
                            .flatMap(task -> answers(id, question).iterator()))
                    .forEach(answer -> answers.put(answer.executor(), answer));
        }
        return answers;
    }

    /** Runs on executors. Returns the answer, or nothing if this executor has answered already. */
    private static <T extends Serializable> Stream<Answer<T>> answers(String id, Question<T> question) {
        if (!isFirst(id)) {
            return Stream.empty();
        }
        String executor = SparkEnv.get().executorId();
        try {
            return Stream.of(new Answer<>(executor, question.ask(), null));
        } catch (Exception | LinkageError e) {
            return Stream.of(new Answer<>(executor, null, Failures.explain(e)));
        }
    }

    private static synchronized boolean isFirst(String id) {
        boolean isFirst = !lastQuestion.equals(id);
        lastQuestion = id;
        return isFirst;
    }
}
