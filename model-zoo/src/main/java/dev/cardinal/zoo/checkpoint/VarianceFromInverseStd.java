package dev.cardinal.zoo.checkpoint;

/**
 * Computes the running variance, which batch normalization before version 2 stored as {@code (variance + eps) ^ -0.5}.
 *
 * @param stored the stored tensor, with the name of the variance
 * @param eps value that the normalization adds to the variance
 */
record VarianceFromInverseStd(StridedTensor stored, double eps) implements TensorSource {

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
