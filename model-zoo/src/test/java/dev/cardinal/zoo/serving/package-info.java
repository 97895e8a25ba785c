@NullMarked
package dev.cardinal.zoo.serving;

import org.jspecify.annotations.NullMarked;
