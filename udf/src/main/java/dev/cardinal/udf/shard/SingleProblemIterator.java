package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageRef;
import java.util.NoSuchElementException;

/** The listing of a file that cannot be read at all. */
final class SingleProblemIterator implements ImageIterator {
    private final ImageRef problem;
    private boolean returned;

    SingleProblemIterator(ImageRef problem) {
        this.problem = problem;
    }

    @Override
    public boolean hasNext() {
        return !returned;
    }

    @Override
    public ImageRef next() {
        if (returned) {
            throw new NoSuchElementException();
        }
        returned = true;
        return problem;
    }

    @Override
    public void close() {}
}
