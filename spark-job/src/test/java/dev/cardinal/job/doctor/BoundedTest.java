package dev.cardinal.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.LocalSpark;
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
class BoundedTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(300);

    private final Bounded bounded = new Bounded(LocalSpark.context());

    @Test
    void givesWhatComesOfTheWorkAndNamesItsJobs() throws Exception {
        AtomicReference<String> name = new AtomicReference<>();

        int sum = bounded.call("counting", LONG, () -> {
            name.set(LocalSpark.context().sc().getLocalProperty("spark.job.description"));
            return LocalSpark.context().parallelize(List.of(1, 2, 3)).reduce(Integer::sum);
        });

        assertThat(sum).isEqualTo(6);
        assertThat(name).hasValue("doctor: counting");
        assertThat(LocalSpark.context().sc().getLocalProperty("spark.job.description"))
                .isNull();
    }

    @Test
    void passesOnWhatTheWorkThrows() {
        assertThatThrownBy(() -> bounded.call("failing", LONG, () -> {
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");
    }

    @Test
    void cancelsJobsThatTakeTooLongAndLetsTheWorkCleanUp() {
        AtomicBoolean hasCleanedUp = new AtomicBoolean();

        assertThatThrownBy(() -> bounded.call("waiting", SHORT, () -> {
                    try {
                        return LocalSpark.context()
                                .parallelize(List.of(1))
                                .map(BoundedTest::hang)
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
    void givesUpWorkThatWaitsForSomethingElse() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);

        Bounded strict = new Bounded(LocalSpark.context(), SHORT);

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
