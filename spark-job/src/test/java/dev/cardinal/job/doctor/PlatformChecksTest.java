package dev.cardinal.job.doctor;

import static dev.cardinal.job.doctor.Machines.DRIVER;
import static dev.cardinal.job.doctor.Machines.FIRST;
import static dev.cardinal.job.doctor.Machines.GB;
import static dev.cardinal.job.doctor.Machines.SECOND;
import static dev.cardinal.job.doctor.Machines.both;
import static dev.cardinal.job.doctor.Machines.directory;
import static dev.cardinal.job.doctor.Machines.each;
import static dev.cardinal.job.doctor.Machines.facts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.doctor.Check.CheckResult;
import dev.cardinal.job.doctor.ExecutorFacts.DirectoryFacts;
import dev.cardinal.job.doctor.ExecutorFacts.NativeRuntime;
import java.lang.Runtime.Version;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformChecksTest {
    private static final DirectoryFacts LOCAL = directory("/local", 50 * GB, null);
    private static final DirectoryFacts CACHE = directory("/cache", 10 * GB, null);

    @ParameterizedTest
    @CsvSource({
        "17.0.15, 17.0.15, PASS, Java 17.0.15 on the driver and 2 executors",
        "17.0.15, 17.0.9, PASS, Java 17.0.15 on the driver; Java 17.0.9 on 2 executors",
        "17.0.15, 21.0.1, WARN, Java 17.0.15 on the driver; Java 21.0.1 on 2 executors",
        "21.0.1, 21.0.1, PASS, Java 21.0.1 on the driver and 2 executors",
        "25.0.1, 25.0.1, WARN, Java 25.0.1 on the driver and 2 executors"
    })
    void javaVersionsAreCompared(String driver, String executors, CheckResult result, String finding) {
        Check check = PlatformChecks.java(Version.parse(driver), both(Version.parse(executors)));

        assertThat(check.result()).isEqualTo(result);
        assertThat(check.finding()).isEqualTo(finding);
    }

    @Test
    void localRunReportsItsVersionOnce() {
        Check check = PlatformChecks.java(Version.parse("17.0.15"), Map.of(DRIVER, Version.parse("17.0.15")));

        assertThat(check.finding()).isEqualTo("Java 17.0.15");
    }

    @ParameterizedTest
    @CsvSource({
        "4.0.1, 4.0.1, 0.1.0, PASS",
        "4.0.0, 4.0.0, 0.1.0, PASS",
        "4.2.1, 4.2.1, 0.1.0, PASS",
        "4.3.0, 4.3.0, 0.1.0, FAIL",
        "3.5.6, 3.5.6, 0.1.0, FAIL",
        "4.0.1, 4.0.0, 0.1.0, FAIL",
        "4.0.1, 4.0.1, 0.0.9, FAIL"
    })
    void sparkAndCardinalMustBeTheSameEverywhere(String driver, String executors, String cardinal, CheckResult result) {
        Check check = PlatformChecks.spark(
                "4.0.1", driver, cardinal, both(facts(executors, CACHE, List.of(), LOCAL, List.of())));

        assertThat(check.result()).isEqualTo(result);
        assertThat(check.finding()).startsWith("Spark " + driver + ", Cardinal " + cardinal + " on the driver");
    }

    @Test
    void executorWithoutTensorFlowFails() {
        Check check = PlatformChecks.natives(each(executor -> executor.equals(FIRST)
                ? new NativeRuntime("2.18.0", null, null, 0.5)
                : new NativeRuntime(null, "no jnitensorflow in java.library.path", null, 0)));

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding())
                .isEqualTo("TensorFlow 2.18.0 loads on executor 0 (left); TensorFlow does not load: no jnitensorflow in"
                        + " java.library.path on executor 1 (right)");
        assertThat(check.advice()).contains("glibc");
    }

    @Test
    void nativeCacheWithEnoughSpacePasses() {
        Check check = PlatformChecks.nativeCache(both(facts()), Set.of());

        assertThat(check).isEqualTo(Check.pass(Check.Name.NATIVE_CACHE, "/cache, 10 GB free on 2 executors"));
    }

    @Test
    void fullNativeCacheFailsUnlessTheLibraryIsUnpacked() {
        DirectoryFacts full = directory("/cache", 100_000_000, null);
        Map<Executor, ExecutorFacts> executors = both(facts("4.0.1", full, List.of(), LOCAL, List.of()));

        Check check = PlatformChecks.nativeCache(executors, Set.of(SECOND));

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding())
                .isEqualTo("/cache has 100 MB free, 683 MB are needed on executor 0 (left); /cache, 100 MB free on"
                        + " executor 1 (right)");
        assertThat(check.advice()).contains("org.bytedeco.javacpp.cachedir");
        assertThat(PlatformChecks.nativeCache(executors, Set.of(FIRST, SECOND)).result())
                .isEqualTo(CheckResult.PASS);
    }

    @Test
    void unwritableNativeCacheFails() {
        DirectoryFacts forbidden = directory("/cache", 0, "AccessDeniedException");

        Check check =
                PlatformChecks.nativeCache(both(facts("4.0.1", forbidden, List.of(), LOCAL, List.of())), Set.of());

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding()).isEqualTo("/cache cannot be written to: AccessDeniedException on 2 executors");
    }

    @Test
    void unwritableConfiguredNativeCacheWarns() {
        DirectoryFacts configured = directory("/configured", 0, "AccessDeniedException");

        Check check = PlatformChecks.nativeCache(
                both(facts("4.0.1", CACHE, List.of(configured), LOCAL, List.of())), Set.of());

        assertThat(check.result()).isEqualTo(CheckResult.WARN);
        assertThat(check.finding())
                .isEqualTo("/cache, because /configured cannot be written to: AccessDeniedException on 2 executors");
    }

    @ParameterizedTest
    @CsvSource({
        "50, 1, PASS, 'writable, 50 GB free on 2 executors'",
        "50, 24.9, WARN, '/local has 50 GB free, 51 GB are needed on 2 executors'",
        "50, 26, FAIL, '/local has 50 GB free, 52 GB are needed on 2 executors'"
    })
    void localDirectoriesNeedSpaceForTwoCopiesOfTheModelAndMore(
            long freeGigabytes, double modelGigabytes, CheckResult result, String finding) {
        DirectoryFacts local = directory("/local", freeGigabytes * GB, null);

        Check check = PlatformChecks.localDirectories(
                both(facts("4.0.1", CACHE, List.of(), local, List.of())), (long) (modelGigabytes * GB));

        assertThat(check.result()).isEqualTo(result);
        assertThat(check.finding()).isEqualTo(finding);
    }

    @Test
    void unwritableLocalDirectoryFails() {
        DirectoryFacts local = directory("/local", 0, "Read-only file system");

        Check check = PlatformChecks.localDirectories(both(facts("4.0.1", CACHE, List.of(), local, List.of())), 0);

        assertThat(check.result()).isEqualTo(CheckResult.FAIL);
        assertThat(check.finding()).startsWith("/local cannot be written to: Read-only file system");
        assertThat(check.advice()).contains("spark.local.dir");
    }
}
