# shellcheck shell=bash
# Shared by the launcher and the standalone cluster: Java, the build, and Spark straight from Maven's local repository. A script that
# sources this file first sets
#   program  its name, for messages
#   root     the repository's root

# shellcheck disable=SC2154 # set by the script that sources this file
jar=$root/spark-job/target/cardinal.jar
classpath_file=$root/spark-job/target/spark.classpath
download_mb=650

# The options that spark-submit passes to Java (org.apache.spark.launcher.JavaModuleOptions), without the incubating vector module.
spark_java_options=(-XX:+IgnoreUnrecognizedVMOptions)
for package in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent \
    java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
    spark_java_options+=("--add-opens=java.base/$package=ALL-UNNAMED")
done
spark_java_options+=(
    --add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED
    -Djdk.reflect.useDirectMethodHandle=false
    -Dio.netty.tryReflectionSetAccessible=true
)

# fail CODE MESSAGE  ends the script with this exit code.
fail() {
    local code=$1
    shift
    # shellcheck disable=SC2154
    printf '%s: %s\n' "$program" "$*" >&2
    exit "$code"
}

# Java encodes file names as the locale says: with an encoding other than UTF-8 some files cannot be opened.
use_utf8() {
    case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
        *UTF-8 | *utf-8 | *UTF8 | *utf8) ;;
        *) export LC_ALL=C.UTF-8 ;;
    esac
}

# Prints the path of the java command of Java 17 or 21.
find_java() {
    local java version
    local supported='version "(17|21)[."]'
    if [ -n "${JAVA_HOME:-}" ]; then
        java=$JAVA_HOME/bin/java
        [ -x "$java" ] || fail 1 "JAVA_HOME is $JAVA_HOME, which has no bin/java: set it to a JDK 17"
    else
        java=$(command -v java) || fail 1 'no java on PATH: install a JDK 17, or set JAVA_HOME to one'
    fi
    version=$("$java" -version 2>&1) || fail 1 "$java does not run: $version"
    [[ $version =~ $supported ]] ||
        fail 1 "$java is ${version%%$'\n'*}, not Java 17 or 21: set JAVA_HOME to a JDK 17"
    printf '%s\n' "$java"
}

# check_spark_home PROGRAM  fails if SPARK_HOME is set and bin/PROGRAM is missing there.
check_spark_home() {
    [ -z "${SPARK_HOME:-}" ] || [ -x "$SPARK_HOME/bin/$1" ] ||
        fail 2 "SPARK_HOME is $SPARK_HOME, which has no bin/$1: unset it to run Spark from Maven's jars"
}

# quoted OPTION...  prints Java options in the form that spark-submit and spark-class split again.
quoted() {
    printf '"%s" ' "$@"
}

# Succeeds if Spark's class path, which the build writes, or a jar on it is missing.
spark_is_missing() {
    local entry
    local -a entries
    [ -f "$classpath_file" ] || return 0
    IFS=: read -r -a entries <"$classpath_file" || true
    for entry in "${entries[@]}"; do
        [ -f "$entry" ] || return 0
    done
    return 1
}

# Succeeds if the job jar or Spark's class path is missing, or the jar is older than its sources.
is_stale() {
    local newer
    [ -f "$jar" ] || return 0
    newer=$(find "$root" -maxdepth 2 -name pom.xml -newer "$jar" -print -quit)
    [ -z "$newer" ] || return 0
    newer=$(find "$root"/*/src/main -newer "$jar" -print -quit)
    [ -z "$newer" ] || return 0
    spark_is_missing
}

build() {
    local log
    if [ -f "$jar" ]; then
        echo 'Rebuilding Cardinal ...' >&2
    else
        echo "Building Cardinal (the first build downloads about $download_mb MB) ..." >&2
    fi
    log=$(mktemp "${TMPDIR:-/tmp}/cardinal-build.XXXXXX")
    if ! (cd "$root" && ./mvnw -B -q -Dmaven.test.skip=true -Dspotless.check.skip=true package) </dev/null >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        fail 1 "the build failed, see its output above; to repeat it: (cd '$root' && ./mvnw -DskipTests package)"
    fi
    rm -f "$log"
}

# Prints Spark's jars, separated by colons.
spark_classpath() {
    local classpath
    IFS= read -r classpath <"$classpath_file" || true
    printf '%s\n' "$classpath"
}

# make_spark_home DIRECTORY  creates a directory that Spark accepts as an installation: jars/ and an empty RELEASE. Executors then log in the
# launcher's format, with the task in each line.
make_spark_home() {
    local -a jars
    rm -rf "$1"
    mkdir -p "$1/jars" "$1/conf"
    IFS=: read -r -a jars <<<"$(spark_classpath)"
    ln -s "${jars[@]}" "$1/jars/"
    touch "$1/RELEASE"
    ln -s "$root/conf/log4j2.properties" "$root/conf/metrics.properties" "$1/conf/"
    echo '-Dcardinal.log.level=info' >"$1/conf/java-opts"
}
