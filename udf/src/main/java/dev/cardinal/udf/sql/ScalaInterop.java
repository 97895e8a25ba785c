package dev.cardinal.udf.sql;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import scala.Function1;
import scala.Product;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/** Converts between Java and the Scala types of Spark's planner. Stateless and thread-safe. */
final class ScalaInterop {
    private ScalaInterop() {}

    static <T> Seq<T> seq(List<? extends T> list) {
        return CollectionConverters.<T>asScala(List.<T>copyOf(list)).toSeq();
    }

    static <T> List<T> list(scala.collection.Seq<T> seq) {
        return List.copyOf(CollectionConverters.asJava(seq));
    }

    static <K, V> scala.collection.immutable.Map<K, V> map(Map<K, V> map) {
        return scala.collection.immutable.Map$.MODULE$.from(CollectionConverters.asScala(map));
    }

    /** Compares nodes by class and elements, as the {@code equals} of a Scala case class does. */
    static boolean equal(Product one, @Nullable Object other) {
        return one == other
                || (other instanceof Product that
                        && one.getClass() == that.getClass()
                        && one.productIterator().sameElements(that.productIterator()));
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

    /** Returns a partial function that is defined for every node of a tree. */
    static <T> AbstractPartialFunction<T, T> rule(UnaryOperator<T> rule) {
        return new AbstractPartialFunction<>() {
            @Override
            public boolean isDefinedAt(T node) {
                return true;
            }

            @Override
            @SuppressWarnings("unchecked") // a rule returns a node of the same kind
            public <A extends T, B> B applyOrElse(A node, Function1<A, B> otherwise) {
                return (B) rule.apply(node);
            }
        };
    }
}
