/** The pipeline inside a task: fetches, decodes, batches and classifies images, and returns their rows in order. */
@NullMarked
package dev.cardinal.udf.pipeline;

import org.jspecify.annotations.NullMarked;
