import { schedules } from '../rotation/model/schedules.ts';

schedules(20_000);
