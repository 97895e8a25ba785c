/** The SQL function {@code classify}: its expression, the operator that runs it in batches, and the rules that plan it. */
@NullMarked
package dev.cardinal.udf.sql;

import org.jspecify.annotations.NullMarked;
