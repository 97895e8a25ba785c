package dev.cardinal.udf.image;

import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.zoo.Preprocessing.Interpolation;
import java.util.function.Supplier;

/**
 * The preparer: tells the format, reads the header, decodes, scales and crops. Closes its decoders.
 *
 * <p>An image is decoded once there is memory for it. Where that was not enough it is decoded again with nothing beside it, and is
 * too large if that fails as well: another try of the task would end no better, and one image must not fail a job.
 */
final class DecodingPreparer implements ImagePreparer {

    /** The longest array of RGB pixels that the JVM can hold. */
    private static final long MOST_PIXELS = (Integer.MAX_VALUE - 8) / 3;

    /**
     * What a pixel takes while it is decoded: three bytes here, and about as much as five more in the library that decodes,
     * which has its own copy of the picture, or the coefficients of a progressive JPEG.
     */
    private static final long BYTES_PER_PIXEL = 8;

    private static final int CHANNELS = 3;

    private final Geometry.Rule rule;
    private final long maxPixels;
    private final DecodeMemory memory;
    private final TensorFlowCodecs codecs = new TensorFlowCodecs();
    private final ImageDecoder jpeg = new JpegDecoder(codecs);
    private final ImageDecoder png = new PngDecoder(codecs);
    private final ImageDecoder gif = new GifDecoder();
    private final ImageDecoder bmp;
    private final ImageDecoder webp;
    private final ImageDecoder tiff;
    private final ExifOrientation exifOrientation;
    private final Resampler resampler;
    private final Pixels decoded = new Pixels();
    private final Pixels turned = new Pixels();

    DecodingPreparer(Geometry.Rule rule, Interpolation interpolation, ImageOptions options, DecodeMemory memory) {
        this.rule = rule;
        this.memory = memory;
        this.exifOrientation = options.exifOrientation();
        this.resampler = Resampler.create(interpolation);
        RgbConversion conversion = new RgbConversion();
        this.bmp = new BmpDecoder(conversion);
        this.webp = new WebpDecoder(conversion);
        this.tiff = new TiffDecoder(conversion);
        this.maxPixels = Math.min(options.maxPixels(), MOST_PIXELS);
    }

    @Override
    public Preparation prepare(byte[] encoded) {
        if (encoded.length == 0) {
            return new Rejected(Status.EMPTY, "no bytes", null, null);
        }
        ByteView file = new ByteView(encoded);
        ImageFormat format = ImageFormat.of(file);
        if (format == null) {
            return new Rejected(
                    Status.UNSUPPORTED, "no image format that is decoded: " + ImageFormat.describe(file), null, null);
        }
        ImageDecoder decoder = decoder(format);
        ImageHeader header;
        try {
            header = decoder.header(file);
        } catch (BadImageException | RuntimeException e) {
            return new Rejected(Status.UNDECODABLE, explain(format, e), null, null);
        }
        int width = header.width();
        int height = header.height();
        if (header.pixels() > maxPixels) {
            String error = "%s: %d x %d pixels are more than %d".formatted(format, width, height, maxPixels);
            return new Rejected(Status.TOO_LARGE, error, width, height);
        }
        return withinMemory(
                format, width, height, header.pixels() * BYTES_PER_PIXEL, () -> decode(file, format, header));
    }

    @Override
    public Preparation prepare(RawImage image) {
        int width = image.width();
        int height = image.height();
        if (image.pixels() > maxPixels) {
            String error = "%d x %d pixels are more than %d".formatted(width, height, maxPixels);
            return new Rejected(Status.TOO_LARGE, error, width, height);
        }
        return withinMemory("decoded image", width, height, image.pixels() * CHANNELS, () -> {
            try {
                image.copyTo(decoded);
                return finish(decoded);
            } finally {
                decoded.trim();
            }
        });
    }

    /** Decodes once there is memory for it, and with nothing beside it where that was not enough. */
    private Preparation withinMemory(Object what, int width, int height, long bytes, Supplier<Preparation> decoding) {
        memory.reserve(bytes);
        try {
            return decoding.get();
        } catch (OutOfMemoryError e) {
            decoded.release();
            turned.release();
        } finally {
            memory.release(bytes);
        }
        return alone(what, width, height, decoding);
    }

    private Preparation alone(Object what, int width, int height, Supplier<Preparation> decoding) {
        memory.reserveAll();
        try {
            return decoding.get();
        } catch (OutOfMemoryError e) {
            decoded.release();
            turned.release();
            String error = "%s: %d x %d pixels do not fit into the executor's memory, a heap of %d MiB"
                    .formatted(what, width, height, Runtime.getRuntime().maxMemory() >> 20);
            return new Rejected(Status.TOO_LARGE, error, width, height);
        } finally {
            memory.releaseAll();
        }
    }

    private Preparation decode(ByteView file, ImageFormat format, ImageHeader header) {
        try {
            decoder(format).decode(file, header, decoded);
            Orientation orientation = format == ImageFormat.JPEG && exifOrientation == ExifOrientation.APPLY
                    ? Orientation.ofJpeg(file)
                    : Orientation.AS_STORED;
            return finish(orientation.turn(decoded, turned));
        } catch (BadImageException | RuntimeException | StackOverflowError e) {
            return new Rejected(Status.UNDECODABLE, explain(format, e), header.width(), header.height());
        } finally {
            decoded.trim();
            turned.trim();
        }
    }

    private ImageDecoder decoder(ImageFormat format) {
        return switch (format) {
            case JPEG -> jpeg;
            case PNG -> png;
            case GIF -> gif;
            case BMP -> bmp;
            case WEBP -> webp;
            case TIFF -> tiff;
        };
    }

    private Ready finish(Pixels source) {
        Geometry geometry = rule.of(source.width(), source.height());
        int width = geometry.output().width();
        int height = geometry.output().height();
        byte[] rgb = new byte[width * height * 3];
        resampler.resample(source, geometry, rgb);
        return new Ready(source.width(), source.height(), width, height, rgb);
    }

    private static String explain(ImageFormat format, Throwable thrown) {
        String message = thrown.getMessage();
        String reason = thrown instanceof BadImageException
                ? message
                : thrown.getClass().getSimpleName() + ": " + message;
        return format + ": " + String.valueOf(reason).replaceAll("\\s+", " ").strip();
    }

    @Override
    public void close() {
        for (ImageFormat format : ImageFormat.values()) {
            decoder(format).close();
        }
        codecs.close();
    }
}
