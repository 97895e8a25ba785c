package dev.cardinal.job.label;

import dev.cardinal.udf.ImageRef;
import java.util.ArrayList;
import java.util.List;

/**
 * How images are divided among tasks: consecutive images, about equally many bytes each.
 *
 * <p>An image costs its bytes and a constant for opening and classifying it, so that small files do not pile up in one task. What
 * can only be read from its beginning stays in one task, however large.
 *
 * @param tasks every image once, those of a task in order; no task is empty, and those that are far larger than others come first
 * @param unsplit files whose images are in one task for being in gzip, though they are more than a task should have
 */
record PartitionPlan(List<List<ImageRef>> tasks, List<String> unsplit) {
    private static final long IMAGE_COST_BYTES = 64 << 10;
    private static final long MAX_TASK_BYTES = 128L << 20;
    private static final long MIN_TASK_BYTES = 4L << 20;
    private static final int TASKS_PER_CORE = 4;

    /**
     * Divides images among tasks.
     *
     * @param images those of one file follow each other
     * @param cores tasks that run at once
     */
    static PartitionPlan of(List<ImageRef> images, int cores) {
        long total = cost(images);
        long even = total / ((long) cores * TASKS_PER_CORE) + 1;
        long target = Math.max(MIN_TASK_BYTES, Math.min(MAX_TASK_BYTES, even));
        List<List<ImageRef>> tasks = new ArrayList<>();
        List<List<ImageRef>> oversized = new ArrayList<>();
        List<String> unsplit = new ArrayList<>();
        int start = 0;
        long filled = 0;
        for (int i = 0; i < images.size(); i++) {
            filled += cost(images.get(i));
            boolean isLast = i == images.size() - 1;
            if (isLast || (filled >= target && canEndAfter(images.get(i), images.get(i + 1)))) {
                List<ImageRef> task = new ArrayList<>(images.subList(start, i + 1));
                boolean isOversized = filled >= 2 * target
                        && !images.get(i).location().container().splits();
                (isOversized ? oversized : tasks).add(task);
                if (isOversized) {
                    unsplit.add(images.get(i).location().file());
                }
                start = i + 1;
                filled = 0;
            }
        }
        oversized.addAll(tasks);
        return new PartitionPlan(oversized, unsplit);
    }

    private static boolean canEndAfter(ImageRef image, ImageRef next) {
        return image.location().container().splits()
                || !image.location().file().equals(next.location().file());
    }

    private static long cost(List<ImageRef> images) {
        return images.stream().mapToLong(PartitionPlan::cost).sum();
    }

    private static long cost(ImageRef image) {
        return image.length() + IMAGE_COST_BYTES;
    }
}
