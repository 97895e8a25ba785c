package dev.cardinal.udf.image;

import java.util.Arrays;

/**
 * Torch7's {@code image.scale(..., 'bicubic')} followed by a crop.
 *
 * <p>Computes in single precision on pixels from 0 to 1, rows first and then columns, without rounding in between. The
 * model takes 8-bit pixels, so the result is rounded once, and overshoots are clamped; Torch7 did neither. The
 * deviation from Torch7 is therefore at most 0.5/255 plus the overshoot. Not thread-safe.
 */
final class Torch7Resampler implements Resampler {

    private static final int TAPS = Torch7Weights.TAPS;
    private static final float[] UNIT = new float[256];

    static {
        for (int i = 0; i < UNIT.length; i++) {
            UNIT[i] = i / 255f;
        }
    }

    private final AxisCache<Torch7Weights> weights = new AxisCache<>(Torch7Weights::new);
    private final int[] rowInSlot = new int[TAPS];
    private final int[] slots = new int[TAPS];
    private float[] ring = new float[0];

    @Override
    public void resample(Pixels source, Geometry geometry, byte[] output) {
        Geometry.Size visible = geometry.visible();
        Torch7Weights columns = weights.columns(source, geometry);
        Torch7Weights rows = weights.rows(source, geometry);
        int samples = visible.width() * 3;
        if (ring.length < TAPS * samples) {
            ring = new float[TAPS * samples];
        }
        Arrays.fill(rowInSlot, -1);
        for (int y = 0; y < visible.height(); y++) {
            for (int t = 0; t < TAPS; t++) {
                slots[t] = scaledRow(source, rows.samples[y * TAPS + t], columns, samples);
            }
            int at = ((geometry.padTop() + y) * geometry.output().width() + geometry.padLeft()) * 3;
            mix(rows.weights, y * TAPS, samples, output, at);
        }
    }

    /** Returns the index of a scaled source row in the ring. Four neighboring rows have four slots. */
    private int scaledRow(Pixels source, int row, Torch7Weights columns, int samples) {
        int slot = row % TAPS;
        if (rowInSlot[slot] != row) {
            rowInSlot[slot] = row;
            scaleRow(source.rgb(), row * source.width() * 3, columns, slot * samples);
        }
        return slot * samples;
    }

    private void scaleRow(byte[] rgb, int rowAt, Torch7Weights columns, int into) {
        int at = into;
        for (int i = 0; i < columns.samples.length; i += TAPS) {
            int p0 = rowAt + columns.samples[i] * 3;
            int p1 = rowAt + columns.samples[i + 1] * 3;
            int p2 = rowAt + columns.samples[i + 2] * 3;
            int p3 = rowAt + columns.samples[i + 3] * 3;
            for (int c = 0; c < 3; c++) {
                ring[at++] = UNIT[rgb[p0 + c] & 0xff] * columns.weights[i]
                        + UNIT[rgb[p1 + c] & 0xff] * columns.weights[i + 1]
                        + UNIT[rgb[p2 + c] & 0xff] * columns.weights[i + 2]
                        + UNIT[rgb[p3 + c] & 0xff] * columns.weights[i + 3];
            }
        }
    }

    private void mix(float[] rowWeights, int weight, int samples, byte[] output, int at) {
        float[] from = ring;
        int row0 = slots[0];
        int row1 = slots[1];
        int row2 = slots[2];
        int row3 = slots[3];
        float weight0 = rowWeights[weight];
        float weight1 = rowWeights[weight + 1];
        float weight2 = rowWeights[weight + 2];
        float weight3 = rowWeights[weight + 3];
        for (int i = 0; i < samples; i++) {
            float value = from[row0 + i] * weight0
                    + from[row1 + i] * weight1
                    + from[row2 + i] * weight2
                    + from[row3 + i] * weight3;
            output[at + i] = (byte) Math.max(0, Math.min((int) (value * 255f + 0.5f), 255));
        }
    }
}
