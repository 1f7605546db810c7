/** The job that takes in what a queue announces; its key is the queue's id. */
export const QUEUE_JOB = 'trail-queue';
