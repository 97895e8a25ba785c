package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageRef;
import java.util.NoSuchElementException;

/** What is listed of a file that cannot be read at all. */
final class OneProblem implements ImageIterator {
    private final ImageRef problem;
    private boolean taken;

    OneProblem(ImageRef problem) {
        this.problem = problem;
    }

    @Override
    public boolean hasNext() {
        return !taken;
    }

    @Override
    public ImageRef next() {
        if (taken) {
            throw new NoSuchElementException();
        }
        taken = true;
        return problem;
    }

    @Override
    public void close() {}
}
