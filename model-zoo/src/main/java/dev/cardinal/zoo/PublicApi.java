package dev.cardinal.zoo;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks types that Java programs outside Cardinal may use. A change that breaks such a program is announced one version
 * ahead. Every other type may change at any time, even if it is public. A nested type belongs to the type that encloses
 * it.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface PublicApi {}
