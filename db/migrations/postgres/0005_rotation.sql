CREATE TABLE "bindings" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"destination_id" text COLLATE "C" NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"user_name" text COLLATE "C" NOT NULL,
	"created_by" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"approved_by" text COLLATE "C",
	"approved_at" bigint,
	"destination_version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "destinations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"name_key" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"connection_id" text COLLATE "C",
	"target" text COLLATE "C" NOT NULL,
	"redeploy_hook" text COLLATE "C",
	"created_by" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"approved_by" text COLLATE "C",
	"approved_at" bigint,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rotation_journal" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"rotation_id" text COLLATE "C" NOT NULL,
	"at" bigint NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"phase" text COLLATE "C" NOT NULL,
	"step" text COLLATE "C" NOT NULL,
	"outcome" text COLLATE "C",
	"detail" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rotations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"open_user" text COLLATE "C",
	"old_key_id" text COLLATE "C" NOT NULL,
	"new_key_id" text COLLATE "C",
	"own_connection_id" text COLLATE "C",
	"state" text COLLATE "C" NOT NULL,
	"facts" text COLLATE "C" NOT NULL,
	"next_at" bigint,
	"created_at" bigint NOT NULL,
	"lease_owner" text COLLATE "C",
	"lease_until" bigint NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "bindings_user" ON "bindings" USING btree ("account_id","user_id","destination_id");--> statement-breakpoint
CREATE INDEX "bindings_destination" ON "bindings" USING btree ("destination_id");--> statement-breakpoint
CREATE UNIQUE INDEX "destinations_name_key" ON "destinations" USING btree ("name_key");--> statement-breakpoint
CREATE INDEX "rotation_journal_rotation" ON "rotation_journal" USING btree ("rotation_id","at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "rotations_open_user" ON "rotations" USING btree ("open_user");--> statement-breakpoint
CREATE INDEX "rotations_due" ON "rotations" USING btree ("next_at");--> statement-breakpoint
CREATE INDEX "rotations_old_key" ON "rotations" USING btree ("old_key_id");--> statement-breakpoint
CREATE INDEX "rotations_new_key" ON "rotations" USING btree ("new_key_id");--> statement-breakpoint
CREATE INDEX "rotations_own_connection" ON "rotations" USING btree ("own_connection_id");--> statement-breakpoint
CREATE INDEX "rotations_newest" ON "rotations" USING btree ("created_at","id");