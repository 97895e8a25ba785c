package dev.cardinal.job.label;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.ImageRef.Location;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Divides the images of a pass into commits. An image that several tables need is in one commit, once, with all of them.
 *
 * <p>Each table needs its images in the order of the listing; the orders are merged. If an order differs, an image that two tables need
 * may be labeled for each of them in turn, which costs time only. Lives on the driver; not thread-safe.
 */
final class CommitPlan implements Iterator<Map<List<Integer>, List<ImageRef>>> {
    /** The order of Spark's sort in a {@link WorkPlan}: it compares texts by their bytes in UTF-8. */
    private static final Comparator<ImageRef> ORDER = Comparator.comparing(ImageRef::location, CommitPlan::compareFiles)
            .thenComparingLong(image -> image.location().position())
            .thenComparing(ImageRef::path, CommitPlan::compare);

    private final List<TableImages> tables;
    private final IntSupplier size;

    /** The images of a table that are not in a commit yet. */
    private static final class TableImages {
        private final Iterator<ImageRef> images;
        private @Nullable ImageRef first;

        TableImages(Iterator<ImageRef> images) {
            this.images = images;
            advance();
        }

        final void advance() {
            first = images.hasNext() ? images.next() : null;
        }
    }

    /**
     * @param tables the images that each table needs, in order
     * @param size returns the maximum number of images in the next commit
     */
    CommitPlan(List<Iterator<ImageRef>> tables, IntSupplier size) {
        this.tables = tables.stream().map(TableImages::new).toList();
        this.size = size;
    }

    @Override
    public boolean hasNext() {
        return tables.stream().anyMatch(table -> table.first != null);
    }

    /** Returns the images of the next commit, in order, by the indices of the tables that need them. */
    @Override
    public Map<List<Integer>, List<ImageRef>> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Map<List<Integer>, List<ImageRef>> commit = new LinkedHashMap<>();
        int most = size.getAsInt();
        for (int images = 0; images < most; images++) {
            ImageRef image = first();
            if (image == null) {
                break;
            }
            commit.computeIfAbsent(take(image), any -> new ArrayList<>()).add(image);
        }
        return commit;
    }

    private @Nullable ImageRef first() {
        ImageRef first = null;
        for (TableImages table : tables) {
            ImageRef other = table.first;
            if (other != null && (first == null || ORDER.compare(other, first) < 0)) {
                first = other;
            }
        }
        return first;
    }

    /** Removes an image, and returns the indices of the tables that need it. */
    private List<Integer> take(ImageRef image) {
        List<Integer> needed = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++) {
            TableImages table = tables.get(i);
            if (table.first != null && table.first.path().equals(image.path())) {
                needed.add(i);
                table.advance();
            }
        }
        return needed;
    }

    private static int compareFiles(Location one, Location other) {
        return compare(one.file(), other.file());
    }

    private static int compare(String one, String other) {
        return one.equals(other)
                ? 0
                : Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
