/** Options of labeling, options of execution, and the columns of the predictions table. */
@NullMarked
package dev.cardinal.udf.options;

import org.jspecify.annotations.NullMarked;
