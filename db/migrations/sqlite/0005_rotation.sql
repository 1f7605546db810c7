CREATE TABLE `bindings` (
	`id` text PRIMARY KEY NOT NULL,
	`destination_id` text NOT NULL,
	`account_id` text NOT NULL,
	`user_id` text NOT NULL,
	`user_name` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`approved_by` text,
	`approved_at` integer,
	`destination_version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `bindings_user` ON `bindings` (`account_id`,`user_id`,`destination_id`);--> statement-breakpoint
CREATE INDEX `bindings_destination` ON `bindings` (`destination_id`);--> statement-breakpoint
CREATE TABLE `destinations` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`kind` text NOT NULL,
	`connection_id` text,
	`target` text NOT NULL,
	`redeploy_hook` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`approved_by` text,
	`approved_at` integer,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `destinations_name_key` ON `destinations` (`name_key`);--> statement-breakpoint
CREATE TABLE `rotation_journal` (
	`id` text PRIMARY KEY NOT NULL,
	`rotation_id` text NOT NULL,
	`at` integer NOT NULL,
	`state` text NOT NULL,
	`phase` text NOT NULL,
	`step` text NOT NULL,
	`outcome` text,
	`detail` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `rotation_journal_rotation` ON `rotation_journal` (`rotation_id`,`at`,`id`);--> statement-breakpoint
CREATE TABLE `rotations` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`user_id` text NOT NULL,
	`open_user` text,
	`old_key_id` text NOT NULL,
	`new_key_id` text,
	`own_connection_id` text,
	`state` text NOT NULL,
	`facts` text NOT NULL,
	`next_at` integer,
	`created_at` integer NOT NULL,
	`lease_owner` text,
	`lease_until` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `rotations_open_user` ON `rotations` (`open_user`);--> statement-breakpoint
CREATE INDEX `rotations_due` ON `rotations` (`next_at`);--> statement-breakpoint
CREATE INDEX `rotations_old_key` ON `rotations` (`old_key_id`);--> statement-breakpoint
CREATE INDEX `rotations_new_key` ON `rotations` (`new_key_id`);--> statement-breakpoint
CREATE INDEX `rotations_own_connection` ON `rotations` (`own_connection_id`);--> statement-breakpoint
CREATE INDEX `rotations_newest` ON `rotations` (`created_at`,`id`);