package dev.cardinal.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.TestSpark;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TimeLimiterTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(300);

    private final TimeLimiter limiter = new TimeLimiter(TestSpark.context());

    @Test
    void returnsTheResultAndDescribesTheJobs() throws Exception {
        AtomicReference<String> name = new AtomicReference<>();

        int sum = limiter.call("counting", LONG, () -> {
            name.set(TestSpark.context().sc().getLocalProperty("spark.job.description"));
            return TestSpark.context().parallelize(List.of(1, 2, 3)).reduce(Integer::sum);
        });

        assertThat(sum).isEqualTo(6);
        assertThat(name).hasValue("doctor: counting");
        assertThat(TestSpark.context().sc().getLocalProperty("spark.job.description"))
                .isNull();
    }

    @Test
    void rethrowsTheExceptionOfTheWork() {
        assertThatThrownBy(() -> limiter.call("failing", LONG, () -> {
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");
    }

    @Test
    void cancelsJobsThatTakeTooLongAndLetsTheWorkCleanUp() {
        AtomicBoolean hasCleanedUp = new AtomicBoolean();

        assertThatThrownBy(() -> limiter.call("waiting", SHORT, () -> {
                    try {
                        return TestSpark.context()
                                .parallelize(List.of(1))
                                .map(TimeLimiterTest::hang)
                                .collect();
                    } finally {
                        hasCleanedUp.set(true);
                    }
                }))
                .isInstanceOf(InterruptedIOException.class)
                .hasMessage("waiting did not end within 300 ms");

        assertThat(hasCleanedUp).isTrue();
    }

    @Test
    void interruptsWorkThatDoesNotEndAfterItsJobsWereCanceled() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);

        TimeLimiter strict = new TimeLimiter(TestSpark.context(), SHORT);

        assertThatThrownBy(() -> strict.call("waiting", SHORT, () -> {
                    try {
                        return hang(1);
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                }))
                .isInstanceOf(InterruptedIOException.class);

        assertThat(interrupted.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private static int hang(int value) throws InterruptedException {
        new CountDownLatch(1).await();
        return value;
    }
}
