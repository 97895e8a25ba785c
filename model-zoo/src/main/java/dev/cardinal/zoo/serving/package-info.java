/** The contract between models and labeling: signatures, interfaces, fingerprints, devices and session settings. */
@NullMarked
package dev.cardinal.zoo.serving;

import org.jspecify.annotations.NullMarked;
