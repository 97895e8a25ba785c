package dev.cardinal.job.report;

import java.io.Serializable;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A small picture of an image, or why there is none. Serializable, since executors make it.
 *
 * @param uri the picture as a data URI, or null
 * @param width its width in pixels, 0 where there is none
 * @param height its height in pixels, 0 where there is none
 * @param missing why there is none, in a few words; empty where there is one
 */
record Thumbnail(@Nullable String uri, int width, int height, String missing) implements Serializable {
    /** Longest edge of a picture, in pixels. */
    static final int EDGE = 112;

    static Thumbnail of(String type, byte[] encoded, int width, int height) {
        return new Thumbnail(
                "data:" + type + ";base64," + Base64.getEncoder().encodeToString(encoded), width, height, "");
    }

    static Thumbnail missing(String why) {
        return new Thumbnail(null, 0, 0, why);
    }

    /** How many pixels of the page show one of the picture along each edge, so that a small one can be seen. */
    int enlargement() {
        return Math.max(1, EDGE / Math.max(1, Math.max(width, height)));
    }
}
