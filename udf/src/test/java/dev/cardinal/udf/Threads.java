package dev.cardinal.udf;

import java.util.List;

/** The threads that are alive in this process. */
final class Threads {
    private Threads() {}

    static List<Thread> named(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .toList();
    }
}
