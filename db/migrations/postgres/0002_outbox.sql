CREATE TABLE "outlets" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"next_at" bigint NOT NULL,
	"limited_until" bigint NOT NULL,
	"channel_id" text COLLATE "C",
	"trouble" text COLLATE "C",
	"trouble_since" bigint,
	"trouble_at" bigint
);
--> statement-breakpoint
DROP INDEX "notices_due";--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "redirect" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "severity" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "incident_key" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "edits" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "thread_of" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "copy_of" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "lane" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "outlet" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "seq" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "tried_since" bigint;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "unsure_since" bigint;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "posted_to" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "posted_ts" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "done_at" bigint;--> statement-breakpoint
CREATE INDEX "notices_lane" ON "notices" USING btree ("state","lane","seq","id");--> statement-breakpoint
CREATE INDEX "notices_seq" ON "notices" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "notices_copy_of" ON "notices" USING btree ("copy_of");--> statement-breakpoint
CREATE INDEX "notices_incident_key" ON "notices" USING btree ("incident_key");--> statement-breakpoint
CREATE INDEX "notices_due" ON "notices" USING btree ("state","next_at");--> statement-breakpoint
UPDATE "notices" SET "lane" = coalesce("target"::json->>'channelId', "target"::json->>'userId'), "outlet" = coalesce("target"::json->>'channelId', "target"::json->>'userId'), "seq" = "created_at";--> statement-breakpoint
UPDATE "notices" SET "done_at" = "next_at" WHERE "state" <> 'waiting';
