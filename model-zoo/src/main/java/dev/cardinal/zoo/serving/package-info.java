/** What a SavedModel takes and gives, read from its signature, and what labelling needs to know of a model. */
@NullMarked
package dev.cardinal.zoo.serving;

import org.jspecify.annotations.NullMarked;
