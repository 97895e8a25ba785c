package dev.cardinal.zoo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;

/**
 * An image and the logits that a model gave for it where it was imported. Wherever the model is loaded it is asked again: other
 * numbers mean a wrong native library, a wrong precision or a damaged bundle.
 *
 * <p>The image is synthetic, of the model's nominal size. It lies in a bundle as {@value #IMAGE_FILE}, the logits as {@value
 * #LOGITS_FILE}; neither is part of the fingerprint.
 *
 * @param height rows
 * @param width columns
 * @param pixels {@code height x width x 3} bytes, row by row, as the model takes them
 * @param logits [classes]
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of pixels and numbers, never compared
public record GoldenSample(int height, int width, byte[] pixels, float[] logits) {
    /** Path of the image below a bundle's directory. */
    public static final String IMAGE_FILE = "assets.extra/golden.png";

    /** Path of the logits below a bundle's directory. */
    public static final String LOGITS_FILE = "assets.extra/golden.json";

    private static final int CHANNELS = 3;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** Computes the logits of an image. */
    interface Model {
        float[] logits(byte[] pixels, int height, int width);
    }

    /**
     * The sample of a model that is known to be right.
     *
     * @throws CardinalException if the model gives anything but finite numbers
     */
    static GoldenSample of(ModelCard card, Model model) {
        int edge = card.nominalEdge();
        byte[] pixels = pattern(edge);
        float[] logits = model.logits(pixels, edge, edge);
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw CardinalException.checkpoint("the model of card " + card.id() + " gives " + logit
                        + " for an ordinary image: its checkpoint holds weights that are not finite or far too large");
            }
        }
        return new GoldenSample(edge, edge, pixels, logits);
    }

    /**
     * A synthetic picture of slopes and a texture, so that every filter has something to see.
     *
     * @return {@code edge x edge x 3} bytes, row by row
     */
    public static byte[] pattern(int edge) {
        byte[] pixels = new byte[edge * edge * CHANNELS];
        for (int i = 0; i < pixels.length; i++) {
            int c = i % CHANNELS;
            int x = i / CHANNELS % edge;
            int y = i / CHANNELS / edge;
            int slope = 255 * (c == 0 ? x : c == 1 ? y : x + y) / (c == 2 ? 2 * edge : edge);
            int texture = ((x * y / 4) ^ (x + 3 * y)) & 63;
            pixels[i] = (byte) Math.min(255, slope * 3 / 4 + texture);
        }
        return pixels;
    }

    void write(Path bundle) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < width * height; i++) {
            int rgb = (pixels[CHANNELS * i] & 0xff) << 16
                    | (pixels[CHANNELS * i + 1] & 0xff) << 8
                    | (pixels[CHANNELS * i + 2] & 0xff);
            image.setRGB(i % width, i / width, rgb);
        }
        ImageIO.write(image, "png", bundle.resolve(IMAGE_FILE).toFile());
        Files.write(bundle.resolve(LOGITS_FILE), MAPPER.writeValueAsBytes(logits));
    }

    /**
     * Reads the sample of a bundle.
     *
     * @throws CardinalException if it has none, or it cannot be read
     */
    public static GoldenSample read(Path bundle) {
        try {
            BufferedImage image = ImageIO.read(bundle.resolve(IMAGE_FILE).toFile());
            if (image == null) {
                throw new IOException("no PNG image");
            }
            byte[] pixels = new byte[image.getWidth() * image.getHeight() * CHANNELS];
            for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
                int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
                pixels[CHANNELS * i] = (byte) (rgb >> 16);
                pixels[CHANNELS * i + 1] = (byte) (rgb >> 8);
                pixels[CHANNELS * i + 2] = (byte) rgb;
            }
            float[] logits = MAPPER.readValue(bundle.resolve(LOGITS_FILE).toFile(), float[].class);
            return new GoldenSample(image.getHeight(), image.getWidth(), pixels, logits);
        } catch (JsonProcessingException e) {
            throw CardinalException.model("model " + bundle + " is damaged: " + LOGITS_FILE + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw CardinalException.model(
                    "model " + bundle + " is damaged: " + IMAGE_FILE + " or " + LOGITS_FILE + " cannot be read: "
                            + e.getMessage() + "; import the model again",
                    e);
        }
    }

    /**
     * How far a model is from this sample.
     *
     * @param actual its logits for the image
     * @param tolerance largest difference allowed, as a share of the largest logit
     * @return what differs, empty where nothing does
     */
    public Optional<String> difference(float[] actual, double tolerance) {
        if (actual.length != logits.length) {
            return Optional.of(actual.length + " logits instead of " + logits.length);
        }
        double largest = 0;
        double difference = 0;
        int worst = 0;
        for (int c = 0; c < logits.length; c++) {
            largest = Math.max(largest, Math.abs(logits[c]));
            double distance = Float.isFinite(actual[c]) ? Math.abs(actual[c] - logits[c]) : Double.POSITIVE_INFINITY;
            if (distance > difference) {
                difference = distance;
                worst = c;
            }
        }
        return difference <= tolerance * largest
                ? Optional.empty()
                : Optional.of("logit " + worst + " is " + actual[worst] + ", it was " + logits[worst] + "; allowed are "
                        + tolerance + " of the largest logit " + largest);
    }
}
