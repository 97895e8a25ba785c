/** Finds the weights of a card in a checkpoint, under the names that training frameworks give to the same layers. */
@NullMarked
package dev.cardinal.zoo.naming;

import org.jspecify.annotations.NullMarked;
