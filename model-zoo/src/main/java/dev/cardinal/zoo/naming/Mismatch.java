package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the message for a checkpoint that does not match the card, in at most 12 lines: how many tensors fit, three
 * examples of each kind of difference, and the reason.
 *
 * <p>Names and shapes prove the reason: all tensors of another architecture, or names that only another kind of model has.
 */
final class Mismatch {
    private static final int SHOWN = 3;
    private static final int MAX_GUESSES = 20;
    private static final Pattern DISTRIBUTED = Pattern.compile("\\b(DTensor|ShardedTensor)\\b");
    private static final Pattern SHARD = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})(\\.\\w+)");

    private final ModelCard card;
    private final Path file;
    private final List<WeightLocation> all;
    private final Collection<StateDictNames> stateDicts;

    Mismatch(ModelCard card, Path file, List<WeightLocation> all, Collection<StateDictNames> stateDicts) {
        this.card = card;
        this.file = file;
        this.all = all;
        this.stateDicts = stateDicts;
    }

    /**
     * Returns the error.
     *
     * @param place the best place for the weights
     * @param search the result of the search for the last layer there
     * @param unexpected plain names of tensors that the card does not have
     */
    CardinalException error(WeightLocation place, HeadSearch search, List<String> unexpected) {
        Map<String, List<Long>> expected = card.architecture().tensors();
        int fitting = place.fitting().size();
        List<String> missing = new ArrayList<>(place.missing());
        Head head = search.head();
        if (head == null && place.names().get(place.prefix() + Head.WEIGHT) == null) {
            missing.add(Head.WEIGHT);
        }
        fitting += head == null ? 0 : 2;
        List<String> lines = new ArrayList<>();
        String where = place.path().isEmpty() ? "" : " ('" + place.path() + "')";
        lines.add("card " + card.id() + " and checkpoint " + file + where + " do not match: " + fitting + " of "
                + expected.size() + " tensors fit");
        add(lines, missing.stream().map(tensor -> "missing: " + name(place, tensor) + " " + expected.get(tensor)));
        add(
                lines,
                place.wrong().stream().map(tensor -> wrong(place, tensor, expected.getOrDefault(tensor, List.of()))));
        add(lines, unexpected.stream().map(name -> "not in the card: " + described(place, name)));
        lines.add(reason(place, search, fitting));
        return CardinalException.checkpoint(lines.stream().map(Names::printable).collect(Collectors.joining("\n  ")));
    }

    private static void add(List<String> lines, Stream<String> differences) {
        List<String> all = differences.toList();
        int more = all.size() - SHOWN;
        lines.addAll(all.subList(0, Math.min(SHOWN, all.size())));
        if (more > 0) {
            lines.set(lines.size() - 1, lines.get(lines.size() - 1) + ", and " + more + " more");
        }
    }

    private static String name(WeightLocation place, String tensor) {
        return Head.isPart(tensor) ? tensor : place.names().storedName(place.expectedName(tensor));
    }

    private static String wrong(WeightLocation place, String tensor, List<Long> expected) {
        String plain = place.expectedName(tensor);
        TensorInfo stored = place.names().get(plain);
        String expectation = "the card expects " + place.names().storedName(plain) + " " + expected + ", but ";
        if (stored == null) {
            return "unreadable: " + expectation + "it is "
                    + place.names().unreadable().get(plain);
        }
        return stored.type().isFloating()
                ? "wrong shape: " + expectation + "the checkpoint has " + stored.shape()
                : "wrong type: " + expectation + "the checkpoint has type " + stored.type();
    }

    private static String described(WeightLocation place, String name) {
        TensorInfo tensor = place.names().get(name);
        return place.names().storedName(name) + (tensor == null ? "" : " " + tensor.shape());
    }

    /** Returns the first of these reasons that the names and shapes prove. */
    private String reason(WeightLocation place, HeadSearch search, int fitting) {
        List<ArchitectureGuess.Guess> guesses = all.stream()
                .limit(MAX_GUESSES)
                .flatMap(location -> ArchitectureGuess.of(location, all).stream())
                .filter(guess -> !ArchitectureGuess.sameNetwork(card, guess.architecture()))
                .toList();
        return shard(fitting)
                .or(() -> distributed(place))
                .or(() -> advice(guesses.stream().filter(ArchitectureGuess.Guess::hasHead)))
                .or(() -> emptyTensors(place))
                .or(() -> ModelFamily.sentence(stateDicts))
                .or(() -> folded(place))
                .or(() -> advice(guesses.stream()))
                .or(() -> noStatistics(place))
                .or(() -> onlyLastLayer(place, search))
                .or(() -> moreLayers(fitting))
                .orElse(
                        "no network that Cardinal imports has these tensors: compare the architecture in the card with the"
                                + " model that was trained");
    }

    private Optional<String> shard(int fitting) {
        Matcher shard = SHARD.matcher(file.getFileName().toString());
        return fitting > 0 && shard.matches()
                ? Optional.of("it is part " + Integer.parseInt(shard.group(2)) + " of "
                        + Integer.parseInt(shard.group(3)) + " of a sharded model: give the index file, "
                        + shard.group(1) + shard.group(4) + ".index.json")
                : Optional.empty();
    }

    private static Optional<String> distributed(WeightLocation place) {
        return place.names().unreadable().values().stream()
                        .anyMatch(reason -> DISTRIBUTED.matcher(reason).find())
                ? Optional.of(
                        "it is a part of a distributed model (FSDP or tensor parallelism): save the whole one with"
                                + " get_model_state_dict(model, options=StateDictOptions(full_state_dict=True))")
                : Optional.empty();
    }

    private Optional<String> moreLayers(int fitting) {
        return fitting == card.architecture().tensors().size()
                ? Optional.of(
                        "the model has layers in addition to those of the card, which Cardinal cannot compute; if it does"
                                + " not use them, save it without them")
                : Optional.empty();
    }

    private static Optional<String> onlyLastLayer(WeightLocation place, HeadSearch search) {
        return place.fitting().isEmpty() && place.wrong().isEmpty() && search.head() != null
                ? Optional.of(
                        "it contains one layer without its network, as an evaluation with a frozen backbone saves it: give a"
                                + " file with both")
                : Optional.empty();
    }

    private static Optional<String> advice(Stream<ArchitectureGuess.Guess> guesses) {
        return guesses.findFirst().map(ArchitectureGuess::advice);
    }

    private static Optional<String> emptyTensors(WeightLocation place) {
        return place.wrong().stream().map(place::stored).anyMatch(stored -> stored != null && stored.elements() == 0)
                ? Optional.of("its tensors are empty, as DeepSpeed ZeRO-3 leaves them; convert it with zero_to_fp32.py")
                : Optional.empty();
    }

    private static Optional<String> folded(WeightLocation place) {
        boolean bias = place.stored("conv1.bias") != null || place.stored("layer1.0.conv1.bias") != null;
        return bias && place.missing().contains("bn1.weight") && place.missing().contains("layer1.0.bn1.weight")
                ? Optional.of(
                        "its batch normalizations are folded into the convolutions; save the model before they are fused")
                : Optional.empty();
    }

    private static Optional<String> noStatistics(WeightLocation place) {
        return place.wrong().isEmpty()
                        && !place.missing().isEmpty()
                        && place.missing().stream().allMatch(tensor -> tensor.contains(".running_"))
                ? Optional.of(
                        "its normalizations have no running statistics: it is a network with group normalization, or only"
                                + " the parameters were saved; save model.state_dict()")
                : Optional.empty();
    }
}
