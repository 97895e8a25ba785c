package dev.cardinal.job.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableNameTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        table:ice.db.t                          | `ice`.`db`.`t`                            |
        table:ice.a.b.t-2                       | `ice`.`a`.`b`.`t-2`                       |
        table:spark_catalog.delta.`/data/a.b`   | `spark_catalog`.`delta`.`/data/a.b`       |
        table:ice.db.`back``quote`              | `ice`.`db`.`back``quote`                  |
        table:ice.db.t@5937117119577207000      | `ice`.`db`.`t`                            | 5937117119577207000
        table:spark_catalog.delta.`/x@y`@3      | `spark_catalog`.`delta`.`/x@y`            | 3
        table:ice.db.t@cardinal                 | `ice`.`db`.`t`                            | cardinal
        """)
    void nameIsParsedAndPrintedAsItWas(String option, String sql, String version) {
        TableName name = TableName.parse("output", option);

        assertThat(name.quoted()).isEqualTo(sql);
        assertThat(name.version()).isEqualTo(version);
        assertThat(name).hasToString(option);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "table:t",
                "table:db.t",
                "table:ice..t",
                "table:ice.db.",
                "table:ice.db.a b",
                "table:ice.db.`t",
                "table:ice.db.t@",
                "ice.db.t"
            })
    void otherTextIsRefused(String option) {
        assertThatThrownBy(() -> TableName.parse("output", option))
                .isInstanceOf(CardinalException.class)
                .hasMessage("output '" + option + "' is not the name of a table: write table:CATALOG.DB.NAME, with"
                        + " backquotes around a part that has other characters than letters, digits, - and _");
    }

    @Test
    void snapshotReplacesTheVersion() {
        TableName name = TableName.parse("predictions", "table:ice.db.t@tag").at("17");

        assertThat(name).hasToString("table:ice.db.t@17");
        assertThat(name.parts()).isEqualTo(List.of("ice", "db", "t"));
    }

    @Test
    void directoryIsNoTable() {
        assertThat(TableName.isTable("/data/table:x")).isFalse();
        assertThat(TableName.isTable("table:ice.db.t")).isTrue();
    }
}
