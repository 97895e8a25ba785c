package dev.cardinal.udf.sql;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.ExpressionSet;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.UnaryNode;
import scala.Option;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * The logical operator that classifies the images of its child's rows in batches, one after the other and each once: its output is
 * what it keeps of the child's columns, and a column for every call.
 *
 * <p>All its calls ask one model about one column and differ in how many predictions they want. Immutable; lives on the driver.
 */
public final class ClassifyBatches extends LogicalPlan implements UnaryNode, Serializable {
    private static final long serialVersionUID = 1L;
    private static final String CLASSIFICATION = "classification";

    private final Seq<Classify> calls;
    private final Seq<Attribute> results;
    private final Seq<Attribute> kept;
    private final LogicalPlan child;

    /**
     * @param calls what is computed
     * @param results the columns that hold it
     * @param kept columns of the child that are handed on
     * @param child where the rows come from
     */
    public ClassifyBatches(Seq<Classify> calls, Seq<Attribute> results, Seq<Attribute> kept, LogicalPlan child) {
        this.calls = calls;
        this.results = results;
        this.kept = kept;
        this.child = child;
    }

    /** Handing on everything that its child has. */
    static ClassifyBatches of(List<Column> columns, LogicalPlan child) {
        return new ClassifyBatches(
                ScalaCode.seq(columns.stream().map(Column::call).toList()),
                ScalaCode.seq(columns.stream().map(Column::result).toList()),
                child.output(),
                child);
    }

    /**
     * A column that it computes.
     *
     * @param call what is in it
     * @param result the column
     */
    record Column(Classify call, Attribute result) {

        /** A new one. */
        static Column of(Classify call) {
            return new Column(call, Plans.alias(call, CLASSIFICATION).toAttribute());
        }
    }

    List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            columns.add(new Column(calls.apply(i), results.apply(i)));
        }
        return columns;
    }

    Seq<Classify> calls() {
        return calls;
    }

    Seq<Attribute> results() {
        return results;
    }

    Seq<Attribute> kept() {
        return kept;
    }

    /** The same with other columns of its own and of its child. */
    ClassifyBatches with(List<Column> columns, List<Attribute> otherKept) {
        return new ClassifyBatches(
                ScalaCode.seq(columns.stream().map(Column::call).toList()),
                ScalaCode.seq(columns.stream().map(Column::result).toList()),
                ScalaCode.seq(otherKept),
                child);
    }

    ClassifyBatches over(LogicalPlan other) {
        return new ClassifyBatches(calls, results, kept, other);
    }

    @Override
    public LogicalPlan child() {
        return child;
    }

    @Override
    public Seq<LogicalPlan> children() {
        return ScalaCode.seq(List.of(child));
    }

    @Override
    public Seq<Attribute> output() {
        return output(results, kept);
    }

    static Seq<Attribute> output(Seq<Attribute> results, Seq<Attribute> kept) {
        List<Attribute> columns = new ArrayList<>(ScalaCode.list(kept));
        columns.addAll(ScalaCode.list(results));
        return ScalaCode.seq(columns);
    }

    @Override
    public AttributeSet producedAttributes() {
        return Plans.set(results);
    }

    /** As if it were not: a common table expression that classifies is then computed once, however often it is used. */
    @Override
    public boolean deterministic() {
        return false;
    }

    @Override
    public Option<Object> maxRows() {
        return child.maxRows();
    }

    @Override
    public Option<Object> maxRowsPerPartition() {
        return child.maxRowsPerPartition();
    }

    @Override
    public Seq<SortOrder> outputOrdering() {
        return child.outputOrdering();
    }

    @Override
    public ExpressionSet validConstraints() {
        return UnaryNode.super.validConstraints();
    }

    @Override
    public LogicalPlan withNewChildInternal(LogicalPlan newChild) {
        return over(newChild);
    }

    @Override
    public LogicalPlan withNewChildrenInternal(IndexedSeq<LogicalPlan> newChildren) {
        return over(newChildren.apply(0));
    }

    @Override
    public String argString(int maxFields) {
        return arguments(columns(), kept);
    }

    /** Arguments of the operator as a plan shows them: the calls, what is handed on beside their results, and the model. */
    static String arguments(List<Column> columns, Seq<Attribute> kept) {
        return columns.stream()
                        .map(column -> column.call() + " AS " + column.result())
                        .collect(Collectors.joining(", ", "[", "], "))
                + kept.mkString("[", ", ", "]") + ", " + columns.get(0).call().model();
    }

    @Override
    public int productArity() {
        return 4;
    }

    @Override
    public Object productElement(int n) {
        return switch (n) {
            case 0 -> calls;
            case 1 -> results;
            case 2 -> kept;
            case 3 -> child;
            default -> throw new IndexOutOfBoundsException(n);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof ClassifyBatches;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClassifyBatches that
                && calls.equals(that.calls)
                && results.equals(that.results)
                && kept.equals(that.kept)
                && child.equals(that.child);
    }

    @Override
    public int hashCode() {
        return Objects.hash(calls, results, kept, child);
    }
}
