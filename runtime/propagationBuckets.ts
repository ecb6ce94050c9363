/** Seconds that the histograms of a change's way tell apart: the steps of the line from commit to acknowledgement are compared by them. */
export const PROPAGATION_BUCKETS_S = [0.002, 0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
