package dev.cardinal.udf.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression$;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import scala.Option;
import scala.collection.immutable.Nil$;
import scala.collection.immutable.Seq;

/** Parts of logical plans. Stateless and thread-safe; lives on the driver. */
final class Plans {
    private Plans() {}

    /** A new column. */
    @SuppressWarnings("unchecked") // the empty list is a list of anything
    static Alias alias(Expression expression, String name) {
        Seq<String> none = (Seq<String>) (Seq<?>) Nil$.MODULE$;
        return new Alias(expression, name, NamedExpression$.MODULE$.newExprId(), none, Option.empty(), none);
    }

    /** A plan with more columns after its own. */
    static LogicalPlan with(LogicalPlan plan, List<Alias> more) {
        List<NamedExpression> columns = new ArrayList<>(ScalaCode.list(plan.output()));
        columns.addAll(more);
        return new Project(ScalaCode.seq(columns), plan);
    }

    /** Columns as a set. */
    static AttributeSet set(Seq<Attribute> columns) {
        return AttributeSet.fromAttributeSets(ScalaCode.seq(
                ScalaCode.list(columns).stream().map(AttributeSet::apply).toList()));
    }

    /** Some columns of a plan. */
    static LogicalPlan select(List<? extends NamedExpression> columns, LogicalPlan plan) {
        return new Project(ScalaCode.seq(columns), plan);
    }

    /** A plan whose output is that of another, which it may exceed. */
    static LogicalPlan withOutputOf(LogicalPlan other, LogicalPlan plan) {
        return plan.sameOutput(other) ? plan : select(ScalaCode.<Attribute>list(other.output()), plan);
    }
}
