package dev.cardinal.job;

import dev.cardinal.job.bundle.ImportJob;
import dev.cardinal.zoo.Catalogue;
import dev.cardinal.zoo.ClassLabel;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.ModelCard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** The model that comes with Cardinal, imported for a test class. */
public final class DemoModel {
    public static final String ID = "fashion_resnext20_8x4d";

    private DemoModel() {}

    /** Imports it and returns the directory as an option takes it. */
    public static String importTo(Path directory) throws IOException {
        return importTo(Catalogue.find(ID), directory);
    }

    /** Imports it with other names for its classes, which makes another model of it. */
    public static String importRelabelledTo(Path directory) throws IOException {
        ModelCard card = Catalogue.find(ID);
        List<ClassLabel> labels = card.labels().stream()
                .map(label -> new ClassLabel("other " + label.name(), label.id()))
                .toList();
        return importTo(card.withLabels(labels), directory);
    }

    private static String importTo(ModelCard card, Path directory) throws IOException {
        new ImportJob(new Configuration(), ImportProgress.NONE)
                .run(ImportJob.Request.released(card, directory.toString()));
        return directory.toString();
    }
}
