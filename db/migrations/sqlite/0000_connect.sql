CREATE TABLE `attempts` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`team_id` text NOT NULL,
	`user_id` text NOT NULL,
	`view_id` text,
	`connection_id` text,
	`draft` text,
	`deactivate_key` integer NOT NULL,
	`correlation_id` text NOT NULL,
	`lease_owner` text NOT NULL,
	`lease_until` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `attempts_connection_id` ON `attempts` (`connection_id`);--> statement-breakpoint
CREATE TABLE `audit_entries` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`doer` text NOT NULL,
	`verb` text NOT NULL,
	`phase` text NOT NULL,
	`outcome` text,
	`entity_kind` text NOT NULL,
	`entity_id` text NOT NULL,
	`why` text NOT NULL,
	`detail` text NOT NULL,
	`correlation_id` text NOT NULL,
	`seq` integer,
	`hmac` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_entries_seq` ON `audit_entries` (`seq`);--> statement-breakpoint
CREATE INDEX `audit_entries_at` ON `audit_entries` (`at`,`id`);--> statement-breakpoint
CREATE TABLE `connections` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`description` text NOT NULL,
	`account_id` text NOT NULL,
	`account_alias` text,
	`partition` text NOT NULL,
	`region` text,
	`method` text NOT NULL,
	`access_key_id` text,
	`role_arn` text,
	`external_id` text,
	`arn` text NOT NULL,
	`unique_id` text NOT NULL,
	`user_name` text,
	`key_created_at` integer,
	`alert_channel` text,
	`owners` text NOT NULL,
	`state` text NOT NULL,
	`last_check` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `connections_name_key` ON `connections` (`name_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `connections_access_key_id` ON `connections` (`access_key_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `connections_role_arn` ON `connections` (`role_arn`);--> statement-breakpoint
CREATE TABLE `external_id_drafts` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`user_id` text NOT NULL,
	`account_id` text NOT NULL,
	`external_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `external_id_drafts_asker` ON `external_id_drafts` (`team_id`,`user_id`,`account_id`);--> statement-breakpoint
CREATE TABLE `group_members` (
	`group_id` text PRIMARY KEY NOT NULL,
	`members` text NOT NULL,
	`fetched_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `interactions` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`view_id` text,
	`team_id` text NOT NULL,
	`user_id` text NOT NULL,
	`value` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `interactions_at` ON `interactions` (`at`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`key` text NOT NULL,
	`payload` text NOT NULL,
	`state` text NOT NULL,
	`run_at` integer NOT NULL,
	`attempt` integer NOT NULL,
	`lease_until` integer,
	`error` text,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_one_waiting` ON `jobs` (`name`,`key`) WHERE state = 'waiting';--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_one_running` ON `jobs` (`name`,`key`) WHERE state = 'running';--> statement-breakpoint
CREATE INDEX `jobs_state` ON `jobs` (`state`,`run_at`);--> statement-breakpoint
CREATE TABLE `notices` (
	`id` text PRIMARY KEY NOT NULL,
	`target` text NOT NULL,
	`text` text NOT NULL,
	`blocks` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`next_at` integer NOT NULL,
	`last_error` text,
	`created_at` integer NOT NULL,
	`correlation_id` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `notices_due` ON `notices` (`state`,`next_at`,`created_at`);--> statement-breakpoint
CREATE TABLE `role_grants` (
	`id` text PRIMARY KEY NOT NULL,
	`subject_kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`role` text NOT NULL,
	`granted_by` text NOT NULL,
	`granted_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `role_grants_subject_role` ON `role_grants` (`subject_kind`,`subject_id`,`role`);--> statement-breakpoint
CREATE TABLE `sealed_secrets` (
	`id` text PRIMARY KEY NOT NULL,
	`holder_kind` text NOT NULL,
	`holder_id` text NOT NULL,
	`version` integer NOT NULL,
	`master_key_id` text NOT NULL,
	`wrapped_key` text NOT NULL,
	`ciphertext` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sealed_secrets_holder_version` ON `sealed_secrets` (`holder_kind`,`holder_id`,`version`);--> statement-breakpoint
CREATE INDEX `sealed_secrets_master_key_id` ON `sealed_secrets` (`master_key_id`);--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
