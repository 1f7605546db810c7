CREATE TABLE "containments" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"access_key_id" text COLLATE "C" NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"open_user" text COLLATE "C",
	"finding_key" text COLLATE "C",
	"open" bigint NOT NULL,
	"facts" text COLLATE "C" NOT NULL,
	"next_at" bigint,
	"proof_at" bigint,
	"lease_owner" text COLLATE "C",
	"lease_until" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "containments_open_user" ON "containments" USING btree ("open_user");--> statement-breakpoint
CREATE UNIQUE INDEX "containments_finding_key" ON "containments" USING btree ("finding_key");--> statement-breakpoint
CREATE INDEX "containments_open" ON "containments" USING btree ("open","created_at","id");--> statement-breakpoint
CREATE INDEX "containments_due" ON "containments" USING btree ("next_at");--> statement-breakpoint
CREATE INDEX "containments_proof" ON "containments" USING btree ("proof_at");