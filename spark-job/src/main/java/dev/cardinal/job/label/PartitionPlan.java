package dev.cardinal.job.label;

import dev.cardinal.udf.fetch.ImageRef;
import java.util.ArrayList;
import java.util.List;

/**
 * Divides images between tasks: consecutive images with about the same number of bytes for each task.
 *
 * <p>An image costs its bytes plus a constant for opening and classifying it, so that small files do not accumulate in one task.
 * A file that can only be read from its beginning stays in one task, however large it is.
 *
 * @param tasks every image once, in order within a task; no task is empty, and tasks that are far larger than others come first
 * @param unsplit gzip files whose images are in a single task although they exceed a task's share
 */
record PartitionPlan(List<List<ImageRef>> tasks, List<String> unsplit) {
    private static final long IMAGE_COST_BYTES = 64 << 10;
    private static final long MAX_TASK_BYTES = 128L << 20;
    private static final long MIN_TASK_BYTES = 4L << 20;
    private static final int TASKS_PER_CORE = 4;

    /**
     * Divides images between tasks.
     *
     * @param images images, with those of one file next to each other
     * @param cores number of tasks that run at once
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
                        && !images.get(i).location().container().isSplittable();
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
        return image.location().container().isSplittable()
                || !image.location().file().equals(next.location().file());
    }

    private static long cost(List<ImageRef> images) {
        return images.stream().mapToLong(PartitionPlan::cost).sum();
    }

    private static long cost(ImageRef image) {
        return image.length() + IMAGE_COST_BYTES;
    }
}
