/** File systems and object stores: paths on them, what their failures mean, and which of those are worth another try. */
@NullMarked
package dev.cardinal.udf.store;

import org.jspecify.annotations.NullMarked;
