/** What the failures of file systems and object stores mean, and which of them are worth another try. */
@NullMarked
package dev.cardinal.udf.store;

import org.jspecify.annotations.NullMarked;
