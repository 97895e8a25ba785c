package dev.cardinal.job;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small PNG files of noise. */
public final class Pictures {
    private static final int EDGE = 28;

    private Pictures() {}

    /** Writes a picture, and the directories above it. */
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

    /** Writes so many pictures, {@code 00.png} and so on. */
    public static void write(Path directory, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            write(directory.resolve("%02d.png".formatted(i)));
        }
    }
}
