package dev.cardinal.udf;

import dev.cardinal.udf.bundle.BroadcastBundle;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.CardJson;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.convert.ImportRequest;
import dev.cardinal.zoo.convert.ModelImport;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** Imports the model that comes with Cardinal. */
public final class DemoModel {
    private static final String ID = "fashion_resnext20_8x4d";

    private DemoModel() {}

    public static ModelCard card() {
        return ModelCatalog.find(ID);
    }

    /** Returns the card of the same network with another mean, which is another model with its own fingerprint. */
    public static ModelCard cardWithMean(double mean) {
        ModelCard card = card();
        Preprocessing demo = card.preprocessing();
        Preprocessing other = new Preprocessing(
                demo.resize(),
                demo.crop(),
                demo.interpolation(),
                demo.cropRounding(),
                List.of(mean, mean, mean),
                demo.std());
        return new ModelCard(card.id(), card.aliases(), card.architecture(), other, card.labels(), card.source());
    }

    /** Imports the model with a card; the directory must be missing or empty. */
    public static BundleCard importTo(ModelCard card, Path directory) throws IOException {
        Path checkpoint = Files.createTempFile("demo", ".pth");
        try (InputStream in = ModelCard.class.getResourceAsStream("/dev/cardinal/zoo/demo/" + ID + ".pth")) {
            if (in == null) {
                throw new FileNotFoundException("the demo checkpoint is not on the class path");
            }
            Files.write(checkpoint, in.readAllBytes());
            return ModelImport.run(ImportRequest.released(card, checkpoint, directory), ImportProgress.NONE)
                    .bundle();
        } finally {
            Files.delete(checkpoint);
        }
    }

    /** Reads an imported bundle as a task does. */
    public static ServedModel read(Path bundle) throws IOException {
        try (InputStream in = Files.newInputStream(bundle.resolve(BundleCard.CARD_FILE))) {
            return ServedModel.of(CardJson.readBundle(BundleCard.CARD_FILE, in));
        }
    }

    /** Broadcasts an imported bundle. */
    public static ModelSpec broadcast(BundleCard bundle, Path directory) throws IOException {
        return new ModelSpec(
                ServedModel.of(bundle),
                BroadcastBundle.of(
                        LocalSpark.context(),
                        FileSystem.getLocal(new Configuration()),
                        new org.apache.hadoop.fs.Path(directory.toUri()),
                        bundle.fingerprint()));
    }
}
