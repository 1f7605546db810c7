ALTER TABLE "containments" ADD COLUMN "more_keys" text COLLATE "C";--> statement-breakpoint
CREATE INDEX "containments_key" ON "containments" USING btree ("access_key_id");--> statement-breakpoint
CREATE INDEX "containments_more_keys" ON "containments" USING btree ("account_id") WHERE more_keys is not null;--> statement-breakpoint
UPDATE containments SET more_keys = facts WHERE open = 1;
