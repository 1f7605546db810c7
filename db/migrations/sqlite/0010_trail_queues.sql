CREATE TABLE `trail_files` (
	`queue_id` text NOT NULL,
	`bucket` text NOT NULL,
	`key` text NOT NULL,
	`account_id` text NOT NULL,
	`region` text NOT NULL,
	`bucket_region` text,
	`arrived_at` integer NOT NULL,
	`state` text NOT NULL,
	`tries` integer NOT NULL,
	`failed_at` integer,
	`reason` text,
	`next_at` integer NOT NULL,
	PRIMARY KEY(`queue_id`, `bucket`, `key`, `account_id`)
);
--> statement-breakpoint
CREATE INDEX `trail_files_due` ON `trail_files` (`state`,`account_id`,`arrived_at`);--> statement-breakpoint
CREATE INDEX `trail_files_queue` ON `trail_files` (`queue_id`,`state`,`arrived_at`);--> statement-breakpoint
CREATE TABLE `trail_queues` (
	`id` text PRIMARY KEY NOT NULL,
	`connection_id` text NOT NULL,
	`partition` text NOT NULL,
	`region` text NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`bucket` text NOT NULL,
	`set_by` text NOT NULL,
	`set_at` integer NOT NULL,
	`read_at` integer,
	`state` text NOT NULL,
	`version` integer NOT NULL
);
