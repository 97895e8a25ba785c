package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.ExecutorList.Executor;
import java.io.Serializable;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks every executor something: a Spark job with a task for every slot that there is, of which the first on each executor
 * answers. Lives on the driver; not thread-safe.
 */
final class EveryExecutor {
    /** A slot that is busy for a moment leaves its executor without a task. */
    private static final int ROUNDS = 3;

    private final JavaSparkContext spark;
    private final List<Executor> executors;

    EveryExecutor(JavaSparkContext spark, List<Executor> executors) {
        this.spark = spark;
        this.executors = executors;
    }

    /** What is asked; what it throws is its answer. */
    interface Question<T extends Serializable> extends Serializable {
        T ask() throws Exception;
    }

    /**
     * What an executor says.
     *
     * @param value its answer, null where there is a problem
     * @param problem why there is no answer, null where there is
     */
    record Answer<T extends Serializable>(
            @Nullable T value, @Nullable String problem) implements Serializable {}

    /** An answer with who gave it; no answer from a task that was not the first. */
    private record Told<T extends Serializable>(
            String executor, @Nullable Answer<T> answer) implements Serializable {}

    /**
     * Asks.
     *
     * @return an answer for every executor, in their order
     */
    <T extends Serializable> Map<Executor, Answer<T>> ask(Question<T> question) {
        String id = UUID.randomUUID().toString();
        int slots = executors.stream().mapToInt(Executor::slots).sum();
        List<Integer> tasks = IntStream.range(0, slots).boxed().toList();
        Map<String, Answer<T>> answers = new HashMap<>();
        for (int round = 0; round < ROUNDS && answers.size() < executors.size(); round++) {
            for (Told<T> told : spark.parallelize(tasks, slots)
                    .map(task -> tell(id, question))
                    .collect()) {
                if (told.answer() != null) {
                    answers.put(told.executor(), told.answer());
                }
            }
        }
        Answer<T> none = new Answer<>(null, "it was given no task");
        Map<Executor, Answer<T>> all = new LinkedHashMap<>();
        executors.forEach(executor -> all.put(executor, answers.getOrDefault(executor.id(), none)));
        return Collections.unmodifiableMap(all);
    }

    private static <T extends Serializable> Told<T> tell(String id, Question<T> question) {
        return new Told<>(SparkEnv.get().executorId(), First.isFirst(id) ? answer(question) : null);
    }

    private static <T extends Serializable> Answer<T> answer(Question<T> question) {
        try {
            return new Answer<>(question.ask(), null);
        } catch (Exception | LinkageError e) {
            return new Answer<>(null, Failures.explain(e));
        }
    }

    /** The last question that this process was asked. */
    private static final class First {
        private static String last = "";

        static synchronized boolean isFirst(String id) {
            boolean isFirst = !last.equals(id);
            last = id;
            return isFirst;
        }
    }
}
