package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.CorruptRecordException;
import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Fetches images up to a size limit. An error of the image itself becomes the status of its row; an error of the store is thrown.
 * Immutable and thread-safe; lives in a task on an executor.
 *
 * @param maxFileBytes larger images are rejected; lowered to what fits into an array with one more byte, which shows that an
 *     image is larger
 */
record BoundedFetcher(long maxFileBytes) {
    private static final long MAX_ARRAY_BYTES = Integer.MAX_VALUE - 17L;

    BoundedFetcher {
        maxFileBytes = Math.min(maxFileBytes, MAX_ARRAY_BYTES);
    }

    /**
     * The result of fetching an image.
     *
     * @param fetched what was read, null if nothing could be read
     * @param rejected why the image cannot be prepared, null if it can
     */
    record FetchResult(@Nullable Fetched fetched, @Nullable Rejected rejected) {}

    /** Returns why an image is not worth reading according to its listing, null if it has to be read. */
    @Nullable
    Rejected rejectedByListing(ImageRef image) {
        ImageRef.Problem problem = image.problem();
        if (problem != null) {
            return rejected(problem.status(), problem.error());
        }
        boolean tooLarge =
                image.length() > maxFileBytes && image.location().container().hasExactLength();
        return tooLarge ? tooLarge(maxFileBytes) : null;
    }

    /**
     * Fetches an image.
     *
     * @throws IOException if the store fails
     */
    FetchResult fetch(ImageRef image, ImageFetcher fetcher) throws IOException {
        try {
            Fetched fetched = fetcher.fetch(image, (int) (maxFileBytes + 1));
            ImageRef.Problem problem = fetched.problem();
            if (problem != null) {
                return new FetchResult(fetched, rejected(problem.status(), problem.error()));
            }
            return new FetchResult(fetched, fetched.encoded().length > maxFileBytes ? tooLarge(maxFileBytes) : null);
        } catch (UnreadableImageException e) {
            return new FetchResult(null, rejected(Status.UNREADABLE, firstLine(e)));
        } catch (CorruptRecordException e) {
            return new FetchResult(null, rejected(Status.UNDECODABLE, firstLine(e)));
        }
    }

    /** Returns the rejection of an image that is larger than the limit. */
    static Rejected tooLarge(long maxFileBytes) {
        return rejected(Status.TOO_LARGE, "more than the " + maxFileBytes + " bytes a file may have");
    }

    private static Rejected rejected(Status status, String error) {
        return new Rejected(status, error, null, null);
    }

    /** Returns the first line of an error's message. */
    static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
