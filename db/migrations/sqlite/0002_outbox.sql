CREATE TABLE `outlets` (
	`id` text PRIMARY KEY NOT NULL,
	`next_at` integer NOT NULL,
	`limited_until` integer NOT NULL,
	`channel_id` text,
	`trouble` text,
	`trouble_since` integer,
	`trouble_at` integer
);
--> statement-breakpoint
DROP INDEX `notices_due`;--> statement-breakpoint
ALTER TABLE `notices` ADD `redirect` text;--> statement-breakpoint
ALTER TABLE `notices` ADD `severity` text;--> statement-breakpoint
ALTER TABLE `notices` ADD `incident_key` text;--> statement-breakpoint
ALTER TABLE `notices` ADD `edits` text;--> statement-breakpoint
ALTER TABLE `notices` ADD `thread_of` text;--> statement-breakpoint
ALTER TABLE `notices` ADD `copy_of` text;--> statement-breakpoint
ALTER TABLE `notices` ADD `lane` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `notices` ADD `outlet` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `notices` ADD `seq` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `notices` ADD `tried_since` integer;--> statement-breakpoint
ALTER TABLE `notices` ADD `unsure_since` integer;--> statement-breakpoint
ALTER TABLE `notices` ADD `posted_to` text;--> statement-breakpoint
ALTER TABLE `notices` ADD `posted_ts` text;--> statement-breakpoint
ALTER TABLE `notices` ADD `done_at` integer;--> statement-breakpoint
CREATE INDEX `notices_lane` ON `notices` (`state`,`lane`,`seq`,`id`);--> statement-breakpoint
CREATE INDEX `notices_seq` ON `notices` (`seq`);--> statement-breakpoint
CREATE INDEX `notices_copy_of` ON `notices` (`copy_of`);--> statement-breakpoint
CREATE INDEX `notices_incident_key` ON `notices` (`incident_key`);--> statement-breakpoint
CREATE INDEX `notices_due` ON `notices` (`state`,`next_at`);--> statement-breakpoint
UPDATE `notices` SET `lane` = coalesce(json_extract(`target`, '$.channelId'), json_extract(`target`, '$.userId')), `outlet` = coalesce(json_extract(`target`, '$.channelId'), json_extract(`target`, '$.userId')), `seq` = `created_at`;--> statement-breakpoint
UPDATE `notices` SET `done_at` = `next_at` WHERE `state` <> 'waiting';
