/** Everything that uses TensorFlow: builds graphs, writes SavedModels, and runs them in sessions. */
@NullMarked
package dev.cardinal.zoo.graph;

import org.jspecify.annotations.NullMarked;
