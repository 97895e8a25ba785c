package dev.cardinal.udf.image;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Pillow's antialiased bilinear resize of 8-bit RGB, bit for bit, followed by a crop.
 *
 * <p>As Pillow does, rows are scaled first and rounded to 8 bits, then columns. Only the window that is kept is computed:
 * its columns, and the source rows that its rows are made of, which pass through a ring of as many rows as the filter is
 * tall. Not thread-safe.
 */
final class BilinearResampler implements Resampler {

    private static final int HALF = 1 << (BilinearWeights.PRECISION_BITS - 1);
    private static final int CACHED_AXES = 64;

    private record Axis(int in, int out, int from, int count) {}

    private final Map<Axis, BilinearWeights> cache = new LinkedHashMap<>(CACHED_AXES, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Axis, BilinearWeights> eldest) {
            return size() > CACHED_AXES;
        }
    };

    private int[] ring = new int[0];
    private int[] sums = new int[0];

    @Override
    public void resample(Pixels source, Geometry geometry, byte[] output) {
        BilinearWeights columns = cache.computeIfAbsent(
                new Axis(
                        source.width(),
                        geometry.resized().width(),
                        geometry.left(),
                        geometry.visible().width()),
                BilinearResampler::weights);
        BilinearWeights rows = cache.computeIfAbsent(
                new Axis(
                        source.height(),
                        geometry.resized().height(),
                        geometry.top(),
                        geometry.visible().height()),
                BilinearResampler::weights);

        int samples = geometry.visible().width() * 3;
        int ringRows = rows.stride;
        ring = atLeast(ring, Math.multiplyExact(ringRows, samples));
        sums = atLeast(sums, samples);
        int outputRowBytes = geometry.output().width() * 3;
        int outputAt = geometry.padTop() * outputRowBytes + geometry.padLeft() * 3;

        int scaledRows = rows.first[0];
        for (int y = 0; y < rows.first.length; y++) {
            int end = rows.first[y] + rows.taps[y];
            for (; scaledRows < end; scaledRows++) {
                scaleRow(source, scaledRows, columns, ring, (scaledRows % ringRows) * samples);
            }
            Arrays.fill(sums, 0, samples, HALF);
            for (int t = 0; t < rows.taps[y]; t++) {
                int row = ((rows.first[y] + t) % ringRows) * samples;
                addScaled(ring, row, rows.weights[y * rows.stride + t], sums, samples);
            }
            store(sums, samples, output, outputAt + y * outputRowBytes);
        }
    }

    private static BilinearWeights weights(Axis axis) {
        return new BilinearWeights(axis.in(), axis.out(), axis.from(), axis.count());
    }

    private static void scaleRow(Pixels source, int row, BilinearWeights columns, int[] into, int intoAt) {
        byte[] rgb = source.rgb();
        int rowAt = row * source.width() * 3;
        int[] first = columns.first;
        int[] taps = columns.taps;
        int[] weights = columns.weights;
        int at = intoAt;
        for (int x = 0; x < first.length; x++) {
            int pixel = rowAt + first[x] * 3;
            int weight = x * columns.stride;
            int weightEnd = weight + taps[x];
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            for (; weight < weightEnd; weight++) {
                int w = weights[weight];
                red += (rgb[pixel] & 0xff) * w;
                green += (rgb[pixel + 1] & 0xff) * w;
                blue += (rgb[pixel + 2] & 0xff) * w;
                pixel += 3;
            }
            into[at] = Math.min(red >> BilinearWeights.PRECISION_BITS, 255);
            into[at + 1] = Math.min(green >> BilinearWeights.PRECISION_BITS, 255);
            into[at + 2] = Math.min(blue >> BilinearWeights.PRECISION_BITS, 255);
            at += 3;
        }
    }

    private static void addScaled(int[] row, int rowAt, int weight, int[] sums, int samples) {
        for (int i = 0; i < samples; i++) {
            sums[i] += row[rowAt + i] * weight;
        }
    }

    private static void store(int[] sums, int samples, byte[] output, int outputAt) {
        for (int i = 0; i < samples; i++) {
            output[outputAt + i] = (byte) Math.min(sums[i] >> BilinearWeights.PRECISION_BITS, 255);
        }
    }

    private static int[] atLeast(int[] buffer, int size) {
        return buffer.length >= size ? buffer : new int[size];
    }
}
