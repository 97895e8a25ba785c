# shellcheck shell=bash
# Shared by the benchmarks: compiles them, and sets scratch, a directory that is removed at the end, and classpath. Spark's machine
# learning is left out: its jar without the libraries that it needs would fail in Spark's own serializer. A script that sources this file first
# sets program and root.

# shellcheck source=deploy/lib/spark.sh disable=SC2154 # set by the script that sources this file
. "$root/deploy/lib/spark.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$root/mvnw" -B -q -f "$root/pom.xml" -pl spark-job -am test-compile dependency:build-classpath \
    -Dmdep.outputFile="$scratch/classpath" -Dmdep.includeScope=test -DexcludeArtifactIds=spark-mllib_2.13,spark-mllib-local_2.13
classpath=$root/spark-job/target/test-classes
for module in spark-job udf model-zoo; do
    classpath+=:$root/$module/target/classes
done
# shellcheck disable=SC2034 # for the script that sources this file
classpath+=:$(cat "$scratch/classpath")
