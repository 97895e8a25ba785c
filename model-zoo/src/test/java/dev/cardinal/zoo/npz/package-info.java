@NullMarked
package dev.cardinal.zoo.npz;

import org.jspecify.annotations.NullMarked;
