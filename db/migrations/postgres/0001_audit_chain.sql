CREATE TABLE "audit_checkpoints" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"hmac" text COLLATE "C" NOT NULL,
	"removed" bigint NOT NULL,
	"at" bigint NOT NULL,
	"doer" text COLLATE "C" NOT NULL,
	"key_id" text COLLATE "C" NOT NULL,
	"mac" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_head" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"hmac" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"at" bigint NOT NULL,
	"key_id" text COLLATE "C" NOT NULL,
	"mac" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "key_id" text COLLATE "C";--> statement-breakpoint
CREATE INDEX "audit_entries_unchained" ON "audit_entries" USING btree ("at","id") WHERE seq is null;