/** The SQL function {@code classify}: expression, operator for batches, and planning rules. */
@NullMarked
package dev.cardinal.udf.sql;

import org.jspecify.annotations.NullMarked;
