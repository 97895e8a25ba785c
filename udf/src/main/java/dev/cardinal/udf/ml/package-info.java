/** The image classifier as a stage of Spark ML Pipelines. */
@NullMarked
package dev.cardinal.udf.ml;

import org.jspecify.annotations.NullMarked;
