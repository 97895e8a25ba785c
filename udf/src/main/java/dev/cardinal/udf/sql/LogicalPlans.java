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

/** Builds parts of logical plans. Stateless and thread-safe; lives on the driver. */
final class LogicalPlans {
    private LogicalPlans() {}

    /** Returns a new column with a fresh expression id. */
    @SuppressWarnings("unchecked") // the empty list is a list of anything
    static Alias alias(Expression expression, String name) {
        Seq<String> none = (Seq<String>) (Seq<?>) Nil$.MODULE$;
        return new Alias(expression, name, NamedExpression$.MODULE$.newExprId(), none, Option.empty(), none);
    }

    /** Appends columns to a plan's output. */
    static LogicalPlan with(LogicalPlan plan, List<Alias> more) {
        List<NamedExpression> columns = new ArrayList<>(ScalaInterop.list(plan.output()));
        columns.addAll(more);
        return new Project(ScalaInterop.seq(columns), plan);
    }

    /** Returns the columns as a set. */
    static AttributeSet set(Seq<Attribute> columns) {
        return AttributeSet.fromAttributeSets(ScalaInterop.seq(
                ScalaInterop.list(columns).stream().map(AttributeSet::apply).toList()));
    }

    /** Projects a plan to the given columns. */
    static LogicalPlan select(List<? extends NamedExpression> columns, LogicalPlan plan) {
        return new Project(ScalaInterop.seq(columns), plan);
    }

    /** Projects a plan to the output of another plan, if it has additional columns. */
    static LogicalPlan withOutputOf(LogicalPlan other, LogicalPlan plan) {
        return plan.sameOutput(other) ? plan : select(ScalaInterop.<Attribute>list(other.output()), plan);
    }
}
