/** Cardinal in Spark ML Pipelines. */
@NullMarked
package dev.cardinal.udf.ml;

import org.jspecify.annotations.NullMarked;
