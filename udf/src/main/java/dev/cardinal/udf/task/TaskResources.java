package dev.cardinal.udf.task;

import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/** Closes resources when their task ends. Stateless and thread-safe. */
public final class TaskResources {
    private TaskResources() {}

    /**
     * Closes a resource when the task completes, fails or is canceled; the last registered resource is closed first.
     */
    public static void closeWithTask(TaskContext task, AutoCloseable resource) {
        task.addTaskCompletionListener((TaskCompletionListener) context -> {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close " + resource, e);
            }
        });
    }
}
