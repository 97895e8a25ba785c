package dev.cardinal.zoo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The cards that come with Cardinal, read once. Thread-safe. */
public final class Catalogue {
    private static final int NEAREST_SHOWN = 3;

    private final List<ModelCard> cards;
    private final Map<String, ModelCard> byName;

    /** @throws IllegalStateException if two cards share an id or alias */
    Catalogue(List<ModelCard> cards) {
        this.cards = List.copyOf(cards);
        this.byName = new LinkedHashMap<>();
        for (ModelCard card : cards) {
            names(card).forEach(name -> {
                ModelCard other = byName.putIfAbsent(name, card);
                if (other != null) {
                    throw new IllegalStateException(
                            "'" + name + "' names two cards: " + other.id() + " and " + card.id());
                }
            });
        }
    }

    /** Read at the first use of the catalogue, by the class loader's lock. */
    private static final class Embedded {
        private static final Catalogue INSTANCE = load();
    }

    /** Every card, the demo model's first. */
    public static List<ModelCard> cards() {
        return Embedded.INSTANCE.cards;
    }

    /**
     * The card of this id or alias.
     *
     * @throws CardinalException naming the nearest ids, if there is none
     */
    public static ModelCard find(String idOrAlias) {
        return Embedded.INSTANCE.card(idOrAlias);
    }

    ModelCard card(String idOrAlias) {
        ModelCard card = byName.get(idOrAlias);
        if (card == null) {
            throw CardinalException.card("card '" + idOrAlias + "' is not in the catalogue; the nearest: "
                    + String.join(", ", nearest(idOrAlias)) + ". The command 'models' lists all");
        }
        return card;
    }

    private List<String> nearest(String name) {
        return cards.stream()
                .sorted(Comparator.comparingInt(card -> distance(name, card)))
                .limit(NEAREST_SHOWN)
                .map(ModelCard::id)
                .toList();
    }

    private static int distance(String name, ModelCard card) {
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        return names(card).mapToInt(known -> distance.apply(name, known)).min().orElseThrow();
    }

    private static Stream<String> names(ModelCard card) {
        return Stream.concat(Stream.of(card.id()), card.aliases().stream());
    }

    private static Catalogue load() {
        try (InputStream in = resource("cards/index.txt")) {
            return new Catalogue(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(Catalogue::embedded)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ModelCard embedded(String id) {
        String name = "cards/" + id + ".json";
        try (InputStream in = resource(name)) {
            return CardJson.read(name, in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream resource(String name) {
        InputStream in = Catalogue.class.getResourceAsStream(name);
        if (in == null) {
            throw new IllegalStateException("resource " + name + " is missing");
        }
        return in;
    }
}
