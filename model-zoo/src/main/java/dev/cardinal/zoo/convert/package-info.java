/** The import: converts a checkpoint and a card into a model bundle and verifies the result. */
@NullMarked
package dev.cardinal.zoo.convert;

import org.jspecify.annotations.NullMarked;
