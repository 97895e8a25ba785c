package dev.cardinal.zoo.card;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.card.Publication.PublishedAccuracy;
import dev.cardinal.zoo.card.Publication.PublishedSize;
import dev.cardinal.zoo.card.Publication.Training;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Finds every figure of the documents that describe the released models; src/test/fixtures/make_publications.py names
 * them. seeds.csv was written from their text by hand.
 */
class PublicationTest {

    @ParameterizedTest(name = "{0}: {1}, {2}")
    @CsvFileSource(resources = "seeds.csv", numLinesToSkip = 1)
    void everyFigureOfTheDocumentsIsInTheCatalog(String document, String model, String field, String value) {
        ModelCard card = ModelCatalog.find(model);
        Publication publication = ModelCatalog.publication(card).orElseThrow();

        assertThat(found(card, publication, document, field)).isEqualTo(value);
    }

    private static @Nullable String found(ModelCard card, Publication publication, String document, String field) {
        Training training = publication.training();
        ModelSource source = card.source();
        Preprocessing preprocessing = card.preprocessing();
        return switch (field) {
            case "Collection" -> publication.collection();
            case "Paper" -> Objects.requireNonNull(publication.paper()).title();
            case "FLOPs" -> size(publication, document).flops();
            case "Parameters" -> size(publication, document).parameters();
            case "File Size", "Download" -> publication.fileSize();
            case "Architecture" -> String.join(" | ", publication.components());
            case "Tasks" -> "Image Classification"; // the only task of all cards
            case "Training Techniques" -> String.join(" | ", of(training, Training::techniques));
            case "Training Data" -> String.join(" | ", of(training, Training::data));
            case "Training Resources" -> of(training, Training::resources);
            case "LR" -> String.valueOf(of(training, Training::learningRate));
            case "Momentum" -> String.valueOf(of(training, Training::momentum));
            case "Weight Decay" ->
                BigDecimal.valueOf(of(training, Training::weightDecay))
                        .stripTrailingZeros()
                        .toPlainString();
            case "Batch Size" -> String.valueOf(of(training, Training::batchSize));
            case "Epochs" -> String.valueOf(of(training, Training::epochs));
            case "Layers" -> card.architecture().title().replaceAll("^ResNe(?:t|Xt)-(\\d+).*", "$1");
            case "Crop Pct" ->
                number((double) Objects.requireNonNull(preprocessing.crop())
                        / Objects.requireNonNull(preprocessing.resize()));
            case "Image Size" -> String.valueOf(preprocessing.crop());
            case "Interpolation" ->
                preprocessing.interpolation().name().toLowerCase(Locale.ROOT).replace("pillow_", "");
            case "Code" -> publication.code();
            case "Weights" -> source.url();
            case "License" -> Objects.requireNonNull(source.license()).replace("-4.0", " 4.0");
            default -> accuracy(publication, document, field);
        };
    }

    private static <T> T of(@Nullable Training training, Function<Training, T> part) {
        return part.apply(Objects.requireNonNull(training));
    }

    private static PublishedSize size(Publication publication, String document) {
        return publication.sizes().stream()
                .filter(size -> size.source().equals(document))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the accuracy or error of a field such as "ImageNet ten-crop Top 5 Error", as the document prints it. */
    private static String accuracy(Publication publication, String document, String field) {
        PublishedAccuracy found = publication.accuracies().stream()
                .filter(accuracy -> accuracy.source().equals(document))
                .filter(accuracy -> accuracy.dataSet().equals("ImageNet"))
                .filter(accuracy -> accuracy.crops().equals(field.contains("ten-crop") ? "ten crops" : "center crop"))
                .findFirst()
                .orElseThrow();
        double percent = field.contains("Top 5") ? Objects.requireNonNull(found.top5()) : found.top1();
        return number(field.endsWith("Error") ? 100 - percent : percent);
    }

    private static String number(double value) {
        return String.valueOf(Math.round(value * 1e6) / 1e6);
    }

    /**
     * timm's pages print FLOPs that are about 1.29 times the multiply-accumulates for an image of 224 x 224. They are
     * exactly those for 224 x 285: all convolutions, 2 for each value of a batch normalization, and one for each value
     * that the average pooling adds or divides. The last layer is not counted.
     */
    @ParameterizedTest
    @CsvSource({
        "ssl_resnet18, 2337073152",
        "swsl_resnet50, 5282531328",
        "ssl_resnext50_32x4d, 5472648192",
        "swsl_resnext101_32x4d, 10298145792",
        "ig_resnext101_32x8d, 21180417024",
        "ssl_resnext101_32x16d, 46623691776",
        "ig_resnext101_32x32d, 112225170432",
        "ig_resnext101_32x48d, 197446554624",
    })
    void flopsOfTimmsPagesCountAnImageThatIsNotCropped(String id, long published) {
        Architecture architecture = ModelCatalog.find(id).architecture();
        Rectangle at = new Rectangle(224, 285);
        long flops = 0;
        for (Convolution c : architecture.stemConvolutions()) {
            at = at.after(c);
            flops += flops(c, at);
        }
        at = new Rectangle((at.height + 1) / 2, (at.width + 1) / 2);
        for (ResidualBlock block : architecture.blocks()) {
            Rectangle entry = at;
            for (Convolution c : block.path()) {
                at = at.after(c);
                flops += flops(c, at);
            }
            Convolution projection = block.shortcut().projection();
            flops += projection == null ? 0 : flops(projection, entry.after(projection));
        }
        flops += architecture.features() * (at.height * at.width + 1);

        assertThat(flops).isEqualTo(published);
    }

    private static long flops(Convolution c, Rectangle output) {
        return (c.weights() + 2L * c.out()) * output.height * output.width;
    }

    /** The size of an image or of a layer's output. */
    private record Rectangle(long height, long width) {
        Rectangle after(Convolution c) {
            return new Rectangle(c.outputEdge(height), c.outputEdge(width));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "seresnextaa201d_32x8d.sw_in12k_ft_in1k_384, ImageNet, 384, 87.304",
        "seresnextaa101d_32x8d.sw_in12k_ft_in1k_288, ImageNet-Sketch, 288, 45.892",
        "swsl_resnext101_32x16d, ImageNet-R, 224, 76.217",
        "tv2_resnext50_32x4d, ImageNet, 176, 79.384",
        "resnet50.a1_in1k, ImageNet ReaL, 224, 85.712",
    })
    void timmsMeasurementsAreInTheCatalog(String id, String dataSet, int edge, double top1) {
        List<PublishedAccuracy> accuracies =
                ModelCatalog.publication(ModelCatalog.find(id)).orElseThrow().accuracies();

        assertThat(accuracies)
                .filteredOn(accuracy -> accuracy.source().startsWith("timm's results"))
                .filteredOn(accuracy -> accuracy.dataSet().equals(dataSet))
                .singleElement()
                .satisfies(accuracy -> assertThat(accuracy.edge()).isEqualTo(edge))
                .satisfies(accuracy -> assertThat(accuracy.top1()).isEqualTo(top1));
    }
}
