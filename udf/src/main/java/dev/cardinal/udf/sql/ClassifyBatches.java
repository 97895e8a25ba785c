package dev.cardinal.udf.sql;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
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
 * Logical operator that classifies the images of its child's rows in batches, each image once. Its output is the
 * columns that it keeps of its child, followed by one result column per call.
 *
 * <p>All its calls use the same model and the same image column; they differ only in {@code k}. Immutable; lives on the
 * driver. Public because Spark copies nodes through their public constructor.
 */
public final class ClassifyBatches extends LogicalPlan implements UnaryNode, Serializable {
    private static final long serialVersionUID = 1L;
    private static final String CLASSIFICATION = "classification";

    private final Seq<Classify> calls;
    private final Seq<Attribute> results;
    private final Seq<Attribute> kept;
    private final LogicalPlan child;

    /**
     * @param calls calls to compute
     * @param results result column of each call
     * @param kept columns of the child that are part of the output
     * @param child plan that produces the rows
     */
    public ClassifyBatches(Seq<Classify> calls, Seq<Attribute> results, Seq<Attribute> kept, LogicalPlan child) {
        this.calls = calls;
        this.results = results;
        this.kept = kept;
        this.child = child;
    }

    /** Returns an operator that keeps all columns of its child. */
    static ClassifyBatches of(List<ClassifyOutput> columns, LogicalPlan child) {
        return of(columns, child.output(), child);
    }

    private static ClassifyBatches of(List<ClassifyOutput> columns, Seq<Attribute> kept, LogicalPlan child) {
        return new ClassifyBatches(
                ScalaInterop.seq(columns.stream().map(ClassifyOutput::call).toList()),
                ScalaInterop.seq(columns.stream().map(ClassifyOutput::result).toList()),
                kept,
                child);
    }

    /**
     * A result column.
     *
     * @param call call that computes the column
     * @param result the column
     */
    record ClassifyOutput(Classify call, Attribute result) {

        /** Returns a new column for a call. */
        static ClassifyOutput of(Classify call) {
            return new ClassifyOutput(
                    call, LogicalPlans.alias(call, CLASSIFICATION).toAttribute());
        }
    }

    List<ClassifyOutput> columns() {
        return columns(calls, results);
    }

    private static List<ClassifyOutput> columns(Seq<Classify> calls, Seq<Attribute> results) {
        List<ClassifyOutput> columns = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            columns.add(new ClassifyOutput(calls.apply(i), results.apply(i)));
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

    /** Returns a copy with other result columns and other kept columns. */
    ClassifyBatches with(List<ClassifyOutput> columns, List<Attribute> otherKept) {
        return of(columns, ScalaInterop.seq(otherKept), child);
    }

    /** Returns a copy with another child. */
    ClassifyBatches over(LogicalPlan other) {
        return new ClassifyBatches(calls, results, kept, other);
    }

    @Override
    public LogicalPlan child() {
        return child;
    }

    @Override
    public Seq<LogicalPlan> children() {
        return ScalaInterop.seq(List.of(child));
    }

    @Override
    public Seq<Attribute> output() {
        return output(results, kept);
    }

    static Seq<Attribute> output(Seq<Attribute> results, Seq<Attribute> kept) {
        List<Attribute> columns = new ArrayList<>(ScalaInterop.list(kept));
        columns.addAll(ScalaInterop.list(results));
        return ScalaInterop.seq(columns);
    }

    @Override
    public AttributeSet producedAttributes() {
        return LogicalPlans.set(results);
    }

    /**
     * Returns false although results are deterministic: Spark then computes a common table expression that classifies
     * once, however often the query refers to it.
     */
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
        return arguments(calls, results, kept);
    }

    /** Returns the arguments that EXPLAIN shows: the calls, the kept columns and the model. */
    static String arguments(Seq<Classify> calls, Seq<Attribute> results, Seq<Attribute> kept) {
        return columns(calls, results).stream()
                        .map(column -> column.call() + " AS " + column.result())
                        .collect(Collectors.joining(", ", "[", "], "))
                + kept.mkString("[", ", ", "]") + ", " + calls.head().model();
    }

    @Override
    public int productArity() {
        return 4;
    }

    @Override
    public Object productElement(int n) {
        return List.of(calls, results, kept, child).get(n);
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof ClassifyBatches;
    }

    @Override
    public boolean equals(Object other) {
        return ScalaInterop.equal(this, other);
    }
}
