package dev.cardinal.job;

import dev.cardinal.job.bundle.ImportJob;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Imports a model that Cardinal includes, for a test class. */
public final class DemoBundle {
    public static final String ID = "fashion_resnext20_8x4d";

    private DemoBundle() {}

    /** Imports the model and returns the directory as an option value. */
    public static String importTo(Path directory) throws IOException {
        return importTo(ModelCatalog.find(ID), directory);
    }

    /** Imports the model with other class names, which makes it a different model. */
    public static String importRelabeledTo(Path directory) throws IOException {
        ModelCard card = ModelCatalog.find(ID);
        List<ClassLabel> labels = card.labels().stream()
                .map(label -> new ClassLabel("other " + label.name(), label.id()))
                .toList();
        return importTo(card.withLabels(labels), directory);
    }

    /** Imports the model with images of another size, which makes it a different model. */
    public static String importResizedTo(Path directory) throws IOException {
        ModelCard card = ModelCatalog.find(ID);
        Preprocessing demo = card.preprocessing();
        Preprocessing resized =
                new Preprocessing(36, 32, Interpolation.PILLOW_BICUBIC, demo.cropRounding(), demo.mean(), demo.std());
        return importTo(
                new ModelCard(card.id(), card.aliases(), card.architecture(), resized, card.labels(), card.source()),
                directory);
    }

    private static String importTo(ModelCard card, Path directory) throws IOException {
        new ImportJob(new Configuration(), ImportProgress.NONE)
                .run(ImportJob.Request.released(card, directory.toString()));
        return directory.toString();
    }
}
