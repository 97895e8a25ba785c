@NullMarked
package dev.cardinal.zoo.download;

import org.jspecify.annotations.NullMarked;
