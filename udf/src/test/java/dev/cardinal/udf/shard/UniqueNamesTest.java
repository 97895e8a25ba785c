package dev.cardinal.udf.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UniqueNamesTest {
    private final UniqueNames names = new UniqueNames();

    @Test
    void numberThatMakesAnExistingNameIsSkipped() throws CorruptShardException {
        assertThat(uniques("a", "a#2", "a", "a", "a#2", "b")).containsExactly("a", "a#2", "a#3", "a#4", "a#2#2", "b");
    }

    @Test
    void everyOneOfManyNamesIsUnique() throws CorruptShardException {
        Random random = new Random(3);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            seen.add(names.unique("name" + random.nextInt(20_000)));
        }

        assertThat(seen).hasSize(100_000);
    }

    @Test
    void nameRepeatedManyTimesStaysFast() throws CorruptShardException {
        String last = "";
        for (int i = 0; i < 300_000; i++) {
            last = names.unique("a");
        }

        assertThat(last).isEqualTo("a#300000");
    }

    private List<String> uniques(String... given) throws CorruptShardException {
        List<String> uniques = new ArrayList<>();
        for (String name : given) {
            uniques.add(names.unique(name));
        }
        return uniques;
    }
}
