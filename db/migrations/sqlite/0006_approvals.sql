ALTER TABLE `bindings` ADD `administrator` text DEFAULT '{"known":false,"why":"it was not asked","since":0}' NOT NULL;--> statement-breakpoint
ALTER TABLE `bindings` ADD `notice_id` text;--> statement-breakpoint
ALTER TABLE `destinations` ADD `changed_by` text;--> statement-breakpoint
ALTER TABLE `destinations` ADD `changed_at` integer;--> statement-breakpoint
ALTER TABLE `destinations` DROP COLUMN `approved_by`;--> statement-breakpoint
ALTER TABLE `destinations` DROP COLUMN `approved_at`;