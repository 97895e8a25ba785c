/** Writes pages about the output of commands: each is one HTML file that needs no other file and no network. */
@NullMarked
package dev.cardinal.job.report;

import org.jspecify.annotations.NullMarked;
