/** Pages that show what a command has made: each one HTML file that needs nothing beside it, and no network. */
@NullMarked
package dev.cardinal.job.report;

import org.jspecify.annotations.NullMarked;
