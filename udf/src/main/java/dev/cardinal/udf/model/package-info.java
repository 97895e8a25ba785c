/** Loaded models: the classifier interface, its TensorFlow implementation, and the cache that tasks share. */
@NullMarked
package dev.cardinal.udf.model;

import org.jspecify.annotations.NullMarked;
