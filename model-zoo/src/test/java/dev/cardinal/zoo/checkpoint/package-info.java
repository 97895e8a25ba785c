@NullMarked
package dev.cardinal.zoo.checkpoint;

import org.jspecify.annotations.NullMarked;
