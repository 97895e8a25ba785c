package dev.cardinal.job;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import javax.imageio.ImageIO;

/** Writes small PNG files of noise. */
public final class NoiseImages {
    private static final int EDGE = 28;

    private NoiseImages() {}

    /** Writes an image, and creates the directories above it. */
    public static Path write(Path file) throws IOException {
        BufferedImage image = new BufferedImage(EDGE, EDGE, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(file.getFileName().toString().hashCode());
        for (int i = 0; i < EDGE * EDGE; i++) {
            image.setRGB(i % EDGE, i / EDGE, random.nextInt(1 << 24));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        Files.createDirectories(file.getParent());
        return Files.write(file, out.toByteArray());
    }

    /** Writes this many images, {@code 00.png} and so on. */
    public static void write(Path directory, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            write(directory.resolve(String.format(Locale.ROOT, "%02d.png", i)));
        }
    }
}
