package dev.cardinal.job.label;

import dev.cardinal.udf.ImageRef;
import java.util.ArrayList;
import java.util.List;

/**
 * How images are divided among tasks: consecutive images, about equally many bytes each.
 *
 * <p>An image costs its bytes and a constant for opening and classifying it, so that small files do not pile up in one task.
 */
final class PartitionPlan {
    private static final long IMAGE_COST_BYTES = 64 << 10;
    private static final long MAX_TASK_BYTES = 128L << 20;
    private static final long MIN_TASK_BYTES = 4L << 20;
    private static final int TASKS_PER_CORE = 4;

    private PartitionPlan() {}

    /**
     * Divides images among tasks.
     *
     * @param cores tasks that run at once
     * @return every image once, in order; no task is empty
     */
    static List<List<ImageRef>> of(List<ImageRef> images, int cores) {
        long total = images.stream().mapToLong(PartitionPlan::cost).sum();
        long even = total / ((long) cores * TASKS_PER_CORE) + 1;
        long target = Math.max(MIN_TASK_BYTES, Math.min(MAX_TASK_BYTES, even));
        List<List<ImageRef>> tasks = new ArrayList<>();
        int start = 0;
        long filled = 0;
        for (int i = 0; i < images.size(); i++) {
            filled += cost(images.get(i));
            if (filled >= target || i == images.size() - 1) {
                tasks.add(new ArrayList<>(images.subList(start, i + 1)));
                start = i + 1;
                filled = 0;
            }
        }
        return tasks;
    }

    private static long cost(ImageRef image) {
        return image.length() + IMAGE_COST_BYTES;
    }
}
