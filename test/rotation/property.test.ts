import { schedules } from './model/schedules.ts';

// The full suite plays many more.
schedules(2_000);
