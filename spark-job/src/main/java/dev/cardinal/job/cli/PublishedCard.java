package dev.cardinal.job.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cardinal.job.common.Format;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.card.ModelSource;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Publication;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is published about a model of the catalog, as text and as JSON. Figures of different sources are shown side by
 * side, with their source.
 *
 * @param card the model's card
 */
record PublishedCard(ModelCard card) {
    /** The content of the JSON; the component names are its names. */
    private record CardContent(
            String id,
            List<String> aliases,
            String architecture,
            long params,
            long macs,
            int classes,
            Preprocessing preprocessing,
            ModelSource source,
            @Nullable Publication publication) {}

    /** Returns the JSON, with a line end. */
    String json() throws JsonProcessingException {
        return JsonMappers.RECORDS.writeValueAsString(new CardContent(
                        card.id(),
                        card.aliases(),
                        card.architecture().title(),
                        card.architecture().parameters(),
                        card.macs(),
                        card.labels().size(),
                        card.preprocessing(),
                        card.source(),
                        ModelCatalog.publication(card).orElse(null)))
                + "\n";
    }

    /** Returns lines of a name and a value, then a table of the accuracies and the citation. */
    String text() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(text, false, StandardCharsets.UTF_8)) {
            print(out);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private void print(PrintStream out) {
        Publication published = ModelCatalog.publication(card).orElse(null);
        Preprocessing preprocessing = card.preprocessing();
        ModelSource source = card.source();
        line(out, "id", card.id());
        line(out, "aliases", String.join(", ", card.aliases()));
        line(out, "architecture", card.architecture().title());
        line(out, "classes", card.labels().size());
        line(out, "parameters", Format.count(card.architecture().parameters()) + " (counted)");
        line(out, "MACs", Format.count(card.macs()) + " for an image (counted: convolutions and last layer)");
        if (published != null) {
            published
                    .sizes()
                    .forEach(size -> line(
                            out,
                            "published size",
                            (size.parameters() == null ? "" : size.parameters() + " parameters, ") + size.flops()
                                    + " FLOPs (" + size.source() + ")"));
        }
        line(out, "scaled to", preprocessing.resize());
        line(out, "input size", preprocessing.crop());
        line(out, "crop", preprocessing.cropMode() == null ? "center" : word(preprocessing.cropMode()));
        line(out, "interpolation", word(preprocessing.interpolation()));
        line(out, "mean", preprocessing.mean());
        line(out, "std", preprocessing.std());
        line(out, "license", source.license() == null ? "unknown" : source.license());
        line(out, "file", source.file());
        line(out, "file size", published == null ? null : published.fileSize());
        line(out, "url", source.url());
        if (published == null) {
            out.println("nothing else is published in the documents that Cardinal's catalog quotes");
            return;
        }
        line(out, "collection", published.collection());
        line(out, "layers", String.join(", ", published.components()));
        Publication.Training training = published.training();
        if (training != null) {
            line(out, "training data", String.join(", ", training.data()));
            line(out, "techniques", String.join(", ", training.techniques()));
            line(out, "resources", training.resources());
            line(out, "learning rate", training.learningRate());
            line(out, "momentum", training.momentum());
            line(out, "weight decay", BigDecimal.valueOf(training.weightDecay()).toPlainString());
            line(out, "batch size", training.batchSize());
            line(out, "epochs", training.epochs());
        }
        line(out, "code", published.code());
        Publication.Paper paper = published.paper();
        if (paper != null) {
            line(out, "paper", paper.title() + ", " + paper.url());
            line(out, "citation", paper.citation());
        }
        printAccuracies(published, out);
    }

    private void printAccuracies(Publication published, PrintStream out) {
        TextTable table = new TextTable("accuracy on", ">pixels", "crops", ">top-1", ">top-5", "source");
        published
                .accuracies()
                .forEach(accuracy -> table.row(
                        accuracy.dataSet(),
                        Integer.toString(accuracy.edge()),
                        accuracy.crops(),
                        Double.toString(accuracy.top1()),
                        accuracy.top5() == null ? "-" : Double.toString(accuracy.top5()),
                        accuracy.source()));
        out.println();
        table.print(out);
    }

    /** Prints a line, unless there is no value. */
    private static void line(PrintStream out, String name, @Nullable Object value) {
        if (value != null && !value.toString().isEmpty()) {
            out.println(Format.format("%-16s%s", name + ":", value));
        }
    }

    private static String word(Enum<?> value) {
        return JsonMappers.RECORDS.convertValue(value, String.class);
    }
}
