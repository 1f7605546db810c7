CREATE TABLE `expectations` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`subject` text NOT NULL,
	`network` text,
	`agent` text,
	`action` text,
	`reason` text NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL,
	`until` integer NOT NULL,
	`ended_at` integer,
	`ended_by` text
);
--> statement-breakpoint
CREATE INDEX `expectations_until` ON `expectations` (`until`);--> statement-breakpoint
CREATE TABLE `incidents` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`subject` text NOT NULL,
	`user_name` text,
	`opened_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`rank` integer NOT NULL,
	`open` integer NOT NULL,
	`facts` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `incidents_subject` ON `incidents` (`account_id`,`subject`,`last_at`);--> statement-breakpoint
CREATE INDEX `incidents_latest` ON `incidents` (`last_at`,`id`);--> statement-breakpoint
CREATE INDEX `incidents_open` ON `incidents` (`open`,`last_at`,`id`);--> statement-breakpoint
CREATE TABLE `key_profiles` (
	`account_id` text NOT NULL,
	`subject` text NOT NULL,
	`profile` text NOT NULL,
	`last_seen` integer NOT NULL,
	PRIMARY KEY(`account_id`, `subject`)
);
--> statement-breakpoint
CREATE INDEX `key_profiles_last_seen` ON `key_profiles` (`last_seen`);--> statement-breakpoint
CREATE TABLE `seen_events` (
	`account_id` text NOT NULL,
	`region` text NOT NULL,
	`bucket` integer NOT NULL,
	`marks` text NOT NULL,
	PRIMARY KEY(`account_id`, `region`, `bucket`)
);
--> statement-breakpoint
CREATE INDEX `seen_events_bucket` ON `seen_events` (`bucket`);--> statement-breakpoint
CREATE TABLE `signals` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`incident_id` text,
	`expected_by` text,
	`at` integer NOT NULL,
	`keyless` integer NOT NULL,
	`signal` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `signals_incident` ON `signals` (`incident_id`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `signals_expected` ON `signals` (`expected_by`);--> statement-breakpoint
CREATE INDEX `signals_keyless` ON `signals` (`account_id`,`keyless`,`created_at`);--> statement-breakpoint
CREATE INDEX `signals_created` ON `signals` (`created_at`);--> statement-breakpoint
CREATE TABLE `watch_memory` (
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`value` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`account_id`, `kind`, `id`)
);
--> statement-breakpoint
CREATE INDEX `watch_memory_newest` ON `watch_memory` (`account_id`,`at`);--> statement-breakpoint
CREATE INDEX `watch_memory_at` ON `watch_memory` (`kind`,`at`);--> statement-breakpoint
CREATE TABLE `watched_accounts` (
	`account_id` text PRIMARY KEY NOT NULL,
	`partition` text NOT NULL,
	`since` integer NOT NULL,
	`regions` text NOT NULL,
	`listed_at` integer,
	`list_trouble` text,
	`trouble` text,
	`basis` text NOT NULL,
	`held_by` text,
	`held_until` integer NOT NULL,
	`version` integer NOT NULL
);
