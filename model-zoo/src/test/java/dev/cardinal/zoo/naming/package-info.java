@NullMarked
package dev.cardinal.zoo.naming;

import org.jspecify.annotations.NullMarked;
