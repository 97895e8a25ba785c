package dev.cardinal.udf.image;

import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Scales an image and renders its views for the model. Not thread-safe, because it reuses its buffers. */
final class ViewRenderer {
    private static final int CHANNELS = 3;

    private final Views views;
    private final Resampler resampler;
    private final PixelColor border;
    private final Pixels scaled = new Pixels();

    /** @param border color of the pixels next to an image that is smaller than the crop */
    ViewRenderer(Views views, Interpolation interpolation, PixelColor border) {
        this.views = views;
        this.resampler = Resampler.create(interpolation);
        this.border = border;
    }

    /**
     * Renders all views of an image.
     *
     * @param center geometry of the center crop
     * @return {@code views x height x width x 3} bytes
     */
    byte[] render(Pixels source, Geometry center) {
        List<ImageView> all = ImageView.of(center, views);
        if (all.size() == 1) {
            return window(source, center);
        }
        long positions = all.stream().map(ImageView::geometry).distinct().count();
        Pixels from = positions == 1 ? source : scale(source, center, positions);
        Map<Geometry, byte[]> windows = new HashMap<>();
        int width = center.output().width();
        int bytes = width * center.output().height() * CHANNELS;
        byte[] rgb = new byte[Math.multiplyExact(all.size(), bytes)];
        int at = 0;
        for (ImageView view : all) {
            byte[] window = windows.computeIfAbsent(view.geometry(), geometry -> window(from, geometry));
            if (view.mirrored()) {
                mirror(window, width, rgb, at);
            } else {
                System.arraycopy(window, 0, rgb, at, bytes);
            }
            at += bytes;
        }
        scaled.trim();
        return rgb;
    }

    /**
     * Scales the whole image once, from which all windows are copied. The image is returned as it is if it has the size already, and
     * if it is so long that its windows have fewer pixels; then each window is scaled alone, which gives the same pixels.
     */
    private Pixels scale(Pixels source, Geometry center, long windows) {
        long window = (long) center.visible().width() * center.visible().height();
        long whole = (long) center.resized().width() * center.resized().height();
        if (center.keepsSize(source.width(), source.height()) || whole > windows * window) {
            return source;
        }
        scaled.reshape(center.resized().width(), center.resized().height());
        resampler.resample(source, center.whole(), scaled.rgb());
        return scaled;
    }

    private byte[] window(Pixels from, Geometry window) {
        byte[] rgb = border.image(window.output().width() * window.output().height());
        resampler.resample(from, window, rgb);
        return rgb;
    }

    /** Writes a window with its columns in reverse order. */
    private static void mirror(byte[] window, int width, byte[] into, int start) {
        int from = 0;
        for (int end = width * CHANNELS; end <= window.length; end += width * CHANNELS) {
            for (int to = start + end - CHANNELS; from < end; to -= CHANNELS) {
                into[to] = window[from++];
                into[to + 1] = window[from++];
                into[to + 2] = window[from++];
            }
        }
    }

    /** Releases the buffer. */
    void release() {
        scaled.release();
    }
}
