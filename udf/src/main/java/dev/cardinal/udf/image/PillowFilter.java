package dev.cardinal.udf.image;

import dev.cardinal.zoo.card.Preprocessing.Interpolation;

/** The filters of Pillow's {@code Image.resize}, as Resample.c defines them. */
enum PillowFilter {
    BOX(0.5) {
        @Override
        double weight(double x) {
            return x > -0.5 && x <= 0.5 ? 1 : 0;
        }
    },
    BILINEAR(1) {
        @Override
        double weight(double x) {
            return Math.max(1.0 - Math.abs(x), 0.0);
        }
    },
    HAMMING(1) {
        @Override
        double weight(double x) {
            double distance = Math.abs(x);
            if (distance == 0) {
                return 1;
            }
            double angle = distance * Math.PI;
            return distance >= 1 ? 0 : Math.sin(angle) / angle * (0.54f + 0.46f * Math.cos(angle));
        }
    },
    BICUBIC(2) {
        @Override
        double weight(double x) {
            double a = -0.5;
            double distance = Math.abs(x);
            if (distance < 1) {
                return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
            }
            return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * a : 0;
        }
    },
    LANCZOS(3) {
        @Override
        double weight(double x) {
            return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        }
    };

    private final double support;

    PillowFilter(double support) {
        this.support = support;
    }

    /** Returns the filter of a card's interpolation, which must be one of Pillow's. */
    static PillowFilter of(Interpolation interpolation) {
        return switch (interpolation) {
            case PILLOW_BOX -> BOX;
            case PILLOW_BILINEAR -> BILINEAR;
            case PILLOW_HAMMING -> HAMMING;
            case PILLOW_BICUBIC -> BICUBIC;
            case PILLOW_LANCZOS -> LANCZOS;
            case TORCH7_BICUBIC -> throw new IllegalArgumentException(interpolation + " is not a filter of Pillow");
        };
    }

    /** Returns the distance from the center in samples beyond which all weights are 0. */
    double support() {
        return support;
    }

    /** Returns the weight at a distance from the center, in samples. */
    abstract double weight(double x);

    private static double sinc(double x) {
        double angle = x * Math.PI;
        return x == 0 ? 1 : Math.sin(angle) / angle;
    }
}
