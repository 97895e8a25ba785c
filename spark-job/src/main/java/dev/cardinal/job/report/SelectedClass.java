package dev.cardinal.job.report;

/**
 * What a class has taken.
 *
 * @param index of the class
 * @param label its name
 * @param candidates images that it could take
 * @param selected images that it took
 * @param cutOff score of the last one, NaN where it took none
 * @param shortBy how many it lacks
 */
record SelectedClass(int index, String label, long candidates, long selected, double cutOff, long shortBy) {
    boolean isShort() {
        return shortBy > 0;
    }
}
