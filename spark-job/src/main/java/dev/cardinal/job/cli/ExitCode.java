package dev.cardinal.job.cli;

/** Exit codes of every command. */
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int GATE_EXCEEDED = 3;

    private ExitCode() {}
}
