CREATE TABLE `instances` (
	`id` text PRIMARY KEY NOT NULL,
	`seen_at` integer NOT NULL,
	`signs_with` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `rotation_uses` (
	`id` text PRIMARY KEY NOT NULL,
	`facts` text NOT NULL,
	`read_at` integer,
	`next_at` integer
);
--> statement-breakpoint
CREATE INDEX `rotation_uses_due` ON `rotation_uses` (`next_at`);