ALTER TABLE "bindings" ADD COLUMN "administrator" text COLLATE "C" DEFAULT '{"known":false,"why":"it was not asked","since":0}' NOT NULL;--> statement-breakpoint
ALTER TABLE "bindings" ADD COLUMN "notice_id" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "destinations" ADD COLUMN "changed_by" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "destinations" ADD COLUMN "changed_at" bigint;--> statement-breakpoint
ALTER TABLE "destinations" DROP COLUMN "approved_by";--> statement-breakpoint
ALTER TABLE "destinations" DROP COLUMN "approved_at";