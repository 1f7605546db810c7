ALTER TABLE `containments` ADD `more_keys` text;--> statement-breakpoint
CREATE INDEX `containments_key` ON `containments` (`access_key_id`);--> statement-breakpoint
CREATE INDEX `containments_more_keys` ON `containments` (`account_id`) WHERE more_keys is not null;--> statement-breakpoint
UPDATE containments SET more_keys = facts WHERE open = 1;
