/** Where a dataset becomes a table: the commands and the operations behind them. */
@NullMarked
package dev.cardinal.job;

import org.jspecify.annotations.NullMarked;
