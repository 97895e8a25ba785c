/** Entry points that users name in Spark's settings: the SQL extensions and the plugin. */
@NullMarked
package dev.cardinal.udf;

import org.jspecify.annotations.NullMarked;
