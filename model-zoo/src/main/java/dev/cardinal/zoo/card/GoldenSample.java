package dev.cardinal.zoo.card;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.zoo.CardinalException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;

/**
 * An image and the logits that the model computed for it during the import. Every process that loads the model computes
 * them again: other numbers indicate a wrong native library, a wrong precision or a corrupt bundle.
 *
 * <p>The image is synthetic and has the model's nominal size. A bundle stores it in {@value #IMAGE_FILE} and the logits
 * in {@value #LOGITS_FILE}. Neither is part of the fingerprint.
 *
 * @param height rows
 * @param width columns
 * @param pixels {@code height x width x 3} bytes, row by row, the input of the model
 * @param logits [classes]
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of pixels and numbers, never compared
public record GoldenSample(int height, int width, byte[] pixels, float[] logits) {
    /** Path of the image below the bundle's directory. */
    public static final String IMAGE_FILE = "assets.extra/golden.png";

    /** Path of the logits below the bundle's directory. */
    public static final String LOGITS_FILE = "assets.extra/golden.json";

    private static final int CHANNELS = 3;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** Computes the logits of an image. */
    public interface Model {
        float[] logits(byte[] pixels, int height, int width);
    }

    /**
     * Computes the sample of a model that is known to be correct.
     *
     * @throws CardinalException if a logit is not finite
     */
    public static GoldenSample of(ModelCard card, Model model) {
        int edge = card.nominalEdge();
        byte[] pixels = pattern(edge);
        float[] logits = model.logits(pixels, edge, edge);
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw CardinalException.checkpoint(
                        "the model of card " + card.id() + " returned the logit " + logit
                                + " for an ordinary image: the checkpoint contains weights that are not finite or far too large");
            }
        }
        return new GoldenSample(edge, edge, pixels, logits);
    }

    /**
     * Returns a synthetic image of gradients and a texture, which activates filters of all kinds.
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

    /** Writes the image and the logits into a bundle. */
    public void write(Path bundle) throws IOException {
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
     * @throws CardinalException if the sample is missing or unreadable
     */
    public static GoldenSample read(Path bundle) {
        try {
            BufferedImage image = ImageIO.read(bundle.resolve(IMAGE_FILE).toFile());
            if (image == null) {
                throw new IOException("not a PNG image");
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
            throw CardinalException.model("model " + bundle + " is corrupt: " + LOGITS_FILE + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw CardinalException.model(
                    "model " + bundle + " is corrupt: " + IMAGE_FILE + " or " + LOGITS_FILE + " cannot be read: "
                            + e.getMessage() + "; import the model again",
                    e);
        }
    }

    /**
     * Compares the logits of a model with this sample.
     *
     * @param actual logits of the model for the image
     * @param tolerance largest accepted difference, as a share of the largest logit
     * @return a description of the largest difference, or empty if it is accepted
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
                : Optional.of("logit " + worst + " is " + actual[worst] + " instead of " + logits[worst]
                        + "; accepted is a difference of " + tolerance + " of the largest logit " + largest);
    }
}
