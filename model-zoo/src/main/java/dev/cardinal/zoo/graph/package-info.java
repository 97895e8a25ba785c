/** The TensorFlow side of the zoo: builds the network as a graph and writes it as a SavedModel. */
@NullMarked
package dev.cardinal.zoo.graph;

import org.jspecify.annotations.NullMarked;
