/** Readers for the containers that released weights come in. A checkpoint is untrusted input: nothing in it is executed. */
@NullMarked
package dev.cardinal.zoo.checkpoint;

import org.jspecify.annotations.NullMarked;
