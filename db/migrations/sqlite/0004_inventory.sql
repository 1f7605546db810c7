CREATE TABLE `account_inventories` (
	`account_id` text PRIMARY KEY NOT NULL,
	`partition` text NOT NULL,
	`root_keys` text NOT NULL,
	`users` integer,
	`keys` integer,
	`full_at` integer,
	`swept_at` integer,
	`report_at` integer,
	`gaps` text NOT NULL,
	`running` text,
	`trouble` text,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `iam_users` (
	`account_id` text NOT NULL,
	`user_id` text NOT NULL,
	`user_name` text NOT NULL,
	`arn` text NOT NULL,
	`created_at` integer,
	`tags` text NOT NULL,
	`console` text NOT NULL,
	`quarantine` text NOT NULL,
	`report_row` text,
	`first_seen_at` integer NOT NULL,
	`keys_read_at` integer,
	`gone_at` integer,
	PRIMARY KEY(`account_id`, `user_id`)
);
--> statement-breakpoint
CREATE INDEX `iam_users_name` ON `iam_users` (`account_id`,`user_name`);--> statement-breakpoint
CREATE TABLE `inventory_keys` (
	`access_key_id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`user_id` text NOT NULL,
	`user_name` text NOT NULL,
	`status` text NOT NULL,
	`created_at` integer,
	`description` text,
	`last_use` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	`status_since` integer NOT NULL,
	`status_seen` integer NOT NULL,
	`gone_at` integer,
	`rank` integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `inventory_keys_user` ON `inventory_keys` (`account_id`,`user_id`);--> statement-breakpoint
CREATE INDEX `inventory_keys_account` ON `inventory_keys` (`account_id`,`access_key_id`);--> statement-breakpoint
CREATE INDEX `inventory_keys_rank` ON `inventory_keys` (`rank`,`access_key_id`);--> statement-breakpoint
CREATE INDEX `inventory_keys_account_rank` ON `inventory_keys` (`account_id`,`rank`,`access_key_id`);--> statement-breakpoint
CREATE TABLE `key_choices` (
	`access_key_id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`kind` text,
	`owners` text,
	`policy` text,
	`updated_by` text NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `key_events` (
	`id` text PRIMARY KEY NOT NULL,
	`access_key_id` text NOT NULL,
	`account_id` text NOT NULL,
	`at` integer NOT NULL,
	`what` text NOT NULL,
	`user_id` text,
	`detail` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `key_events_key` ON `key_events` (`access_key_id`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `key_events_at` ON `key_events` (`at`);--> statement-breakpoint
CREATE TABLE `key_marks` (
	`access_key_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`access_key_id`, `kind`, `value`)
);
--> statement-breakpoint
CREATE INDEX `key_marks_value` ON `key_marks` (`kind`,`value`,`access_key_id`);--> statement-breakpoint
CREATE TABLE `key_policies` (
	`connection_id` text PRIMARY KEY NOT NULL,
	`policy` text NOT NULL,
	`updated_by` text NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `key_standings` (
	`access_key_id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`ownership` text NOT NULL,
	`findings` text NOT NULL,
	`due_at` integer,
	`snoozed_until` integer,
	`urgency` integer NOT NULL,
	`assessed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `owner_rules` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text,
	`pattern` text NOT NULL,
	`owners` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `snoozes` (
	`id` text PRIMARY KEY NOT NULL,
	`access_key_id` text NOT NULL,
	`account_id` text NOT NULL,
	`reason` text NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL,
	`until` integer NOT NULL,
	`ended_at` integer,
	`ended_by` text
);
--> statement-breakpoint
CREATE INDEX `snoozes_key` ON `snoozes` (`access_key_id`,`until`);--> statement-breakpoint
CREATE TABLE `told` (
	`subject` text NOT NULL,
	`account_id` text NOT NULL,
	`finding` text NOT NULL,
	`audience` text NOT NULL,
	`stage` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`subject`, `finding`, `audience`)
);
