package dev.cardinal.job.report;

/**
 * Selection of one class.
 *
 * @param index index of the class
 * @param label name of the class
 * @param candidates number of images that competed in it
 * @param selected number of images that it selected
 * @param cutOff lowest selected score, NaN if it selected none
 * @param shortBy number of images missing from the requested number
 */
record SelectedClass(int index, String label, long candidates, long selected, double cutOff, long shortBy) {
    boolean isShort() {
        return shortBy > 0;
    }
}
