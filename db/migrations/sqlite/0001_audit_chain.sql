CREATE TABLE `audit_checkpoints` (
	`seq` integer PRIMARY KEY NOT NULL,
	`hmac` text NOT NULL,
	`removed` integer NOT NULL,
	`at` integer NOT NULL,
	`doer` text NOT NULL,
	`key_id` text NOT NULL,
	`mac` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_head` (
	`id` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`hmac` text NOT NULL,
	`version` integer NOT NULL,
	`at` integer NOT NULL,
	`key_id` text NOT NULL,
	`mac` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `audit_entries` ADD `key_id` text;--> statement-breakpoint
CREATE INDEX `audit_entries_unchained` ON `audit_entries` (`at`,`id`) WHERE seq is null;