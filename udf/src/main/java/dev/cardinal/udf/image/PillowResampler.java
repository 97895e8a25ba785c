package dev.cardinal.udf.image;

import java.util.Arrays;

/**
 * Pillow's antialiased resize of 8-bit RGB with one of its filters, bit for bit, followed by a crop.
 *
 * <p>As in Pillow, rows are scaled first and rounded to 8 bits, then columns. Only the cropped window is computed. The
 * source rows that it needs pass through a ring that has as many rows as the filter has taps. Not thread-safe.
 */
final class PillowResampler implements Resampler {

    private static final int HALF = 1 << (PillowWeights.PRECISION_BITS - 1);
    private final AxisCache<PillowWeights> weights;
    private int[] ring = new int[0];
    private int[] sums = new int[0];

    PillowResampler(PillowFilter filter) {
        this.weights = new AxisCache<>((in, out, from, count) -> new PillowWeights(filter, in, out, from, count));
    }

    @Override
    public void resample(Pixels source, Geometry geometry, byte[] output) {
        PillowWeights columns = weights.columns(source, geometry);
        PillowWeights rows = weights.rows(source, geometry);
        int samples = geometry.visible().width() * 3;
        ring = atLeast(ring, Math.multiplyExact(rows.taps, samples));
        sums = atLeast(sums, samples);
        int outputRowBytes = geometry.output().width() * 3;
        int outputAt = geometry.padTop() * outputRowBytes + geometry.padLeft() * 3;
        int next = rows.first[0];
        for (int y = 0; y < rows.first.length; y++) {
            int end = rows.first[y] + rows.taps;
            for (next = Math.max(next, rows.first[y]); next < end; next++) {
                RowScaling.scale(source, next, columns, ring, (next % rows.taps) * samples);
            }
            mix(rows, y, samples);
            for (int i = 0; i < samples; i++) {
                output[outputAt + i] = (byte) sums[i];
            }
            outputAt += outputRowBytes;
        }
    }

    /** Computes an output row as the weighted sum of rows in the ring. */
    private void mix(PillowWeights rows, int y, int samples) {
        int weight = y * rows.taps;
        int[] from = ring;
        int[] to = sums;
        Arrays.fill(to, 0, samples, HALF);
        int t = 0;
        for (; t + 1 < rows.taps; t += 2) {
            int row0 = slot(rows, y, t) * samples;
            int row1 = slot(rows, y, t + 1) * samples;
            int weight0 = rows.weights[weight + t];
            int weight1 = rows.weights[weight + t + 1];
            for (int i = 0; i < samples; i++) {
                to[i] += from[row0 + i] * weight0 + from[row1 + i] * weight1;
            }
        }
        if (t < rows.taps) {
            int row = slot(rows, y, t) * samples;
            int last = rows.weights[weight + t];
            for (int i = 0; i < samples; i++) {
                to[i] += from[row + i] * last;
            }
        }
        for (int i = 0; i < samples; i++) {
            to[i] = Math.max(0, Math.min(to[i] >> PillowWeights.PRECISION_BITS, 255));
        }
    }

    private static int slot(PillowWeights rows, int y, int tap) {
        return (rows.first[y] + tap) % rows.taps;
    }

    private static int[] atLeast(int[] buffer, int size) {
        return buffer.length >= size ? buffer : new int[size];
    }
}
