package dev.cardinal.udf.sql;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import scala.Function1;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/** Java's collections and functions as Spark's planner takes them, and back. Stateless and thread-safe. */
final class ScalaCode {
    private ScalaCode() {}

    static <T> Seq<T> seq(List<? extends T> list) {
        return CollectionConverters.<T>asScala(List.<T>copyOf(list)).toSeq();
    }

    static <T> List<T> list(scala.collection.Seq<T> seq) {
        return List.copyOf(CollectionConverters.asJava(seq));
    }

    static <K, V> scala.collection.immutable.Map<K, V> map(Map<K, V> map) {
        return scala.collection.immutable.Map$.MODULE$.from(CollectionConverters.asScala(map));
    }

    static <A, B> Function1<A, B> function(Function<A, B> function) {
        return new AbstractFunction1<>() {
            @Override
            public B apply(A value) {
                return function.apply(value);
            }
        };
    }

    static <A> Function1<A, BoxedUnit> action(Consumer<A> action) {
        return function(value -> {
            action.accept(value);
            return BoxedUnit.UNIT;
        });
    }

    static <A> Function1<A, Object> predicate(Predicate<A> predicate) {
        return function(predicate::test);
    }

    /** A rule for every node of a tree. */
    static <T> AbstractPartialFunction<T, T> rule(UnaryOperator<T> rule) {
        return new AbstractPartialFunction<>() {
            @Override
            public boolean isDefinedAt(T node) {
                return true;
            }

            @Override
            @SuppressWarnings("unchecked") // what comes of a node is a node
            public <A extends T, B> B applyOrElse(A node, Function1<A, B> otherwise) {
                return (B) rule.apply(node);
            }
        };
    }
}
