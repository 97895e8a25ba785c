/** References to images in files, archives and tables, and the interface that reads their encoded bytes. */
@NullMarked
package dev.cardinal.udf.fetch;

import org.jspecify.annotations.NullMarked;
