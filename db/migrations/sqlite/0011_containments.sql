CREATE TABLE `containments` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`access_key_id` text NOT NULL,
	`state` text NOT NULL,
	`open_user` text,
	`finding_key` text,
	`open` integer NOT NULL,
	`facts` text NOT NULL,
	`next_at` integer,
	`proof_at` integer,
	`lease_owner` text,
	`lease_until` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `containments_open_user` ON `containments` (`open_user`);--> statement-breakpoint
CREATE UNIQUE INDEX `containments_finding_key` ON `containments` (`finding_key`);--> statement-breakpoint
CREATE INDEX `containments_open` ON `containments` (`open`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `containments_due` ON `containments` (`next_at`);--> statement-breakpoint
CREATE INDEX `containments_proof` ON `containments` (`proof_at`);