"""Pseudo-labels every night: label -> evaluate -> gate -> select.

For Airflow 3 with the provider apache-spark and, if the files are not on the worker's disk, the provider of their store (amazon: s3a). Copy this
file and cardinal_gate.py to the DAG folder. The worker needs spark-submit of Spark 4.0, 4.1 or 4.2 and the connection `spark_default`; README.md in this
directory describes both.

Every task can be retried: label continues, evaluate starts again, and label with nothing to do succeeds.
"""

import json
from datetime import datetime, timedelta

from airflow.exceptions import AirflowFailException
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import DAG, ObjectStoragePath, Param, task

from cardinal_gate import problems

# A path on the worker; on Kubernetes local:///opt/cardinal/cardinal.jar, a path in the image.
JAR = "/opt/cardinal/cardinal.jar"
PROPERTIES = "/opt/cardinal/conf/spark-defaults.conf"

PREDICTIONS = "{{ params.output }}/predictions"
HELD_OUT = "{{ params.output }}/held-out"
# Metrics and selection of each run of the DAG; without colons, which are invalid in Hadoop's paths.
EVALUATION = "{{ params.output }}/evaluation/{{ dag_run.run_after.strftime('%Y%m%dT%H%M%SZ') }}"
SELECTION = "{{ params.output }}/selection/{{ dag_run.run_after.strftime('%Y%m%dT%H%M%SZ') }}"


def cardinal(task_id, *arguments, **more):
    """Returns a task that runs a Cardinal command. Exit codes other than 0 fail the task."""
    return SparkSubmitOperator(
        task_id=task_id,
        conn_id="spark_default",
        name=f"cardinal-{task_id}",
        application=JAR,
        java_class="dev.cardinal.job.Cardinal",
        properties_file=PROPERTIES,
        application_args=list(arguments),
        **more,
    )


with DAG(
    dag_id="cardinal_pseudo_labels",
    description="Labels new images, evaluates the model on labeled images, and selects the best images of every class",
    schedule="15 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    # One run at a time can write to a table: a second one would end with exit code 2.
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5), "retry_exponential_backoff": True},
    params={
        "model": Param("s3a://cardinal/models/resnext50", type="string", description="Model bundle"),
        "images": Param("s3a://photos/2026", type="string", description="Images without labels, to choose from"),
        "held_out": Param("s3a://photos/held-out", type="string", description="Labeled images, in directories named after classes"),
        "output": Param("s3a://cardinal/pseudo-labels", type="string", description="Directory for all results"),
        "k": Param(16000, type="integer", minimum=1, description="Images of each class"),
        "p": Param(10, type="integer", minimum=1, description="Classes in which each image competes"),
        "max_bad_fraction": Param(0.02, type="number", minimum=0, maximum=1, description="Gate: images that are not ok"),
        "min_top1": Param(0.75, type="number", minimum=0, maximum=1, description="Gate: lower end of the interval of top-1"),
    },
    tags=["cardinal"],
) as dag:
    label = cardinal(
        "label",
        "label",
        "--model",
        "{{ params.model }}",
        "--input",
        "{{ params.images }}",
        "--output",
        PREDICTIONS,
    )
    label_held_out = cardinal(
        "label_held_out",
        "label",
        "--model",
        "{{ params.model }}",
        "--input",
        "{{ params.held_out }}",
        "--label-from",
        "parent-dir",
        "--output",
        HELD_OUT,
    )
    evaluate = cardinal(
        "evaluate",
        "evaluate",
        "--predictions",
        HELD_OUT,
        "--output",
        EVALUATION,
    )

    # No retries: the same files give the same result.
    @task(retries=0)
    def gate(run_json, metrics_json, params=None):
        """Fails if the predictions are not good enough; then nothing is selected."""
        found = problems(
            json.loads(ObjectStoragePath(run_json).read_text()),
            json.loads(ObjectStoragePath(metrics_json).read_text()),
            params["max_bad_fraction"],
            params["min_top1"],
        )
        if found:
            raise AirflowFailException("; ".join(found))

    select = cardinal(
        "select",
        "select",
        "--predictions",
        PREDICTIONS,
        "--output",
        SELECTION,
        "--k",
        "{{ params.k }}",
        "--p",
        "{{ params.p }}",
    )

    [label, label_held_out >> evaluate] >> gate(PREDICTIONS + "/_cardinal/run.json", EVALUATION + "/metrics.json") >> select
