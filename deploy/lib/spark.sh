# shellcheck shell=bash
# What the launcher and the standalone cluster share: Java 17, the build, and Spark straight from Maven's local repository. Sourced by
# scripts that have set
#   program  their name, for messages
#   root     the repository's root

# shellcheck disable=SC2154 # set by the script that sources this
jar=$root/spark-job/target/cardinal.jar
classpath_file=$root/spark-job/target/spark.classpath
download_mb=650

# What spark-submit gives a Java 17 (org.apache.spark.launcher.JavaModuleOptions), without the incubating vector module.
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

# fail CODE MESSAGE
fail() {
    local code=$1
    shift
    # shellcheck disable=SC2154
    printf '%s: %s\n' "$program" "$*" >&2
    exit "$code"
}

# Java reads and writes file names in the locale's encoding: in any other than UTF-8 some files cannot be named.
use_utf8() {
    case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
        *UTF-8 | *utf-8 | *UTF8 | *utf8) ;;
        *) export LC_ALL=C.UTF-8 ;;
    esac
}

# The java command of a JDK 17.
find_java() {
    local java version
    if [ -n "${JAVA_HOME:-}" ]; then
        java=$JAVA_HOME/bin/java
        [ -x "$java" ] || fail 1 "JAVA_HOME is $JAVA_HOME, which has no bin/java: set it to a JDK 17"
    else
        java=$(command -v java) || fail 1 'there is no java on PATH: install a JDK 17, or set JAVA_HOME to one'
    fi
    version=$("$java" -version 2>&1) || fail 1 "$java does not run: $version"
    [[ $version == *'version "17'[.\"]* ]] ||
        fail 1 "$java is not Java 17 but ${version%%$'\n'*}: set JAVA_HOME to a JDK 17"
    printf '%s\n' "$java"
}

# Whether Spark's class path, which the build writes, is missing, or a jar on it is.
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

# Whether the job jar or Spark's class path is missing, or older than what they are made of.
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
        echo 'Building Cardinal again ...' >&2
    else
        echo "Building Cardinal (the first build downloads about $download_mb MB) ..." >&2
    fi
    log=$(mktemp "${TMPDIR:-/tmp}/cardinal-build.XXXXXX")
    if ! (cd "$root" && ./mvnw -B -q -Dmaven.test.skip=true -Dspotless.check.skip=true package) </dev/null >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        fail 1 "the build failed, as shown above: (cd '$root' && ./mvnw -DskipTests package) repeats it"
    fi
    rm -f "$log"
}

# Spark's jars, with colons between.
spark_classpath() {
    local classpath
    IFS= read -r classpath <"$classpath_file" || true
    printf '%s\n' "$classpath"
}
