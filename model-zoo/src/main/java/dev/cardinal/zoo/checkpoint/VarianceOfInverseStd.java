package dev.cardinal.zoo.checkpoint;

/**
 * The running variance that batch normalisation before version 2 stored as {@code (variance + eps) ^ -0.5}.
 *
 * @param stored what the file holds, under the name of the variance
 * @param eps added to the variance in that normalisation
 */
record VarianceOfInverseStd(StridedTensor stored, double eps) implements TensorSource {

    @Override
    public TensorInfo info() {
        return stored.info();
    }

    @Override
    public float[] read(MappedFile file) {
        float[] values = stored.read(file);
        for (int i = 0; i < values.length; i++) {
            double inverseStd = values[i];
            values[i] = (float) (1 / (inverseStd * inverseStd) - eps);
        }
        return values;
    }
}
