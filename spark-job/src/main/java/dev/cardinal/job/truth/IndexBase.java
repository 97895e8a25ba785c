package dev.cardinal.job.truth;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.udf;

import dev.cardinal.zoo.card.ClassLabel;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Detects whether truths are class indices, and whether these count from 0 or from 1: of C classes, indices from 0 contain 0 and not
 * C, and indices from 1 contain C and not 0. This decides only for {@link TruthAs#AUTO}, and only if every truth is a whole number
 * and none is the name or the id of a class.
 *
 * @param as how to read the truths
 * @param note what was detected, for the user, or null
 */
record IndexBase(TruthAs as, @Nullable String note) {

    /**
     * Reads every truth once, unless the user has decided.
     *
     * @param texts rows with {@link Truth#TEXT}
     */
    static IndexBase of(Dataset<Row> texts, List<ClassLabel> classes, TruthAs as) {
        return switch (as) {
            case NAME, ID, INDEX1 -> new IndexBase(as, null);
            case AUTO, INDEX -> detect(texts, classes, as);
        };
    }

    private static IndexBase detect(Dataset<Row> texts, List<ClassLabel> classes, TruthAs as) {
        TruthMatcher names = TruthMatcher.of(classes, TruthAs.AUTO);
        UDF1<String, @Nullable Long> numberOf = TruthMatcher::wholeNumber;
        UDF1<String, Boolean> isName = text -> names.match(text) != TruthMatcher.NONE;
        Column number = col("number");
        Row found = texts.filter(col(Truth.TEXT).isNotNull())
                .select(
                        udf(numberOf, DataTypes.LongType).apply(col(Truth.TEXT)).as("number"),
                        udf(isName, DataTypes.BooleanType)
                                .apply(col(Truth.TEXT))
                                .as("is_name"))
                .agg(
                        count_if(col("is_name").or(number.isNull())),
                        count(number),
                        count_if(number.equalTo(0)),
                        count_if(number.equalTo(classes.size())),
                        count_if(number.gt(classes.size())))
                .head();
        boolean areIndices = found.getLong(1) > 0 && found.getLong(4) == 0;
        boolean isDecidable = as == TruthAs.AUTO && found.getLong(0) == 0;
        boolean hasZero = found.getLong(2) > 0;
        boolean hasCount = found.getLong(3) > 0;
        if (!areIndices || hasZero == hasCount) {
            return new IndexBase(as, null);
        }
        String facts =
                hasZero ? "0 occurs and " + classes.size() + " does not" : classes.size() + " occurs and 0 does not";
        if (isDecidable) {
            return hasZero
                    ? new IndexBase(TruthAs.INDEX, "the truth counts classes from 0, because " + facts)
                    : new IndexBase(TruthAs.INDEX1, "the truth counts classes from 1, because " + facts);
        }
        return as == TruthAs.INDEX && hasCount
                ? new IndexBase(as, facts + " in the truth: if it counts classes from 1, use --truth-as index1")
                : new IndexBase(as, null);
    }
}
