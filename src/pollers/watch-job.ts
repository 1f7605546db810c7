/** The job that reads what one account does; its key is the account id. */
export const WATCH_JOB = 'watch';
