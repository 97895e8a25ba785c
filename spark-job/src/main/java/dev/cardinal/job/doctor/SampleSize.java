package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.ExecutorList.Executor;
import java.util.List;

/** How many images are measured: as many as fill batches and take a while, but no more than there is time for. Stateless. */
final class SampleSize {
    /** What measuring should take, about. */
    private static final double BUDGET_SECONDS = 60;

    /** What it should take at least: less is over before all threads are at work. */
    private static final double ENOUGH_SECONDS = 5;

    private static final int LEAST = 200;
    private static final int BATCHES = 2;
    private static final int MOST = 100_000;

    private SampleSize() {}

    /**
     * As far as the model has a say.
     *
     * @param modelRate images a second that the slowest executor's model takes, alone
     */
    static int of(DoctorRequest request, List<Executor> executors, double modelRate) {
        int slots = executors.stream().mapToInt(Executor::slots).max().orElse(1);
        int batches = BATCHES * slots * request.engine().batchSize();
        int enough = (int) Math.max(Math.max(LEAST, batches), Math.min(MOST, ENOUGH_SECONDS * modelRate));
        int inTime = (int) Math.max(slots, Math.min(MOST, BUDGET_SECONDS * modelRate));
        int ofExecutor = Math.min(request.sample().orElse(enough), inTime);
        return (int) Math.min(MOST, (long) ofExecutor * executors.size());
    }

    /**
     * As far as the store has a say, too.
     *
     * @param readRate images a second that tasks can read, about
     * @param slots tasks that run at once, each of which gets one
     */
    static int within(int size, double readRate, int slots) {
        return (int) Math.max(slots, Math.min(size, BUDGET_SECONDS * readRate));
    }
}
