/** Where an image becomes a prediction: model cache, batching, and the functions Spark calls. */
@NullMarked
package dev.cardinal.udf;

import org.jspecify.annotations.NullMarked;
