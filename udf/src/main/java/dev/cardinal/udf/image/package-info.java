/** Where encoded bytes become the pixels a model was trained on: decoding, resizing, cropping. */
@NullMarked
package dev.cardinal.udf.image;

import org.jspecify.annotations.NullMarked;
