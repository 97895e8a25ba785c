package dev.cardinal.udf;

import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/** Ties what a task opens to its end, however it ends. */
public final class TaskResources {
    private TaskResources() {}

    /** Closes a resource when the task completes, fails or is cancelled; what was opened last is closed first. */
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
