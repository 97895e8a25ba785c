/** Model cards, which describe architecture, preprocessing, labels and source of a model, and their JSON files. */
@NullMarked
package dev.cardinal.zoo.card;

import org.jspecify.annotations.NullMarked;
