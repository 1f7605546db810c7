CREATE TABLE "account_inventories" (
	"account_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"partition" text COLLATE "C" NOT NULL,
	"root_keys" text COLLATE "C" NOT NULL,
	"users" bigint,
	"keys" bigint,
	"full_at" bigint,
	"swept_at" bigint,
	"report_at" bigint,
	"gaps" text COLLATE "C" NOT NULL,
	"running" text COLLATE "C",
	"trouble" text COLLATE "C",
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "iam_users" (
	"account_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"user_name" text COLLATE "C" NOT NULL,
	"arn" text COLLATE "C" NOT NULL,
	"created_at" bigint,
	"tags" text COLLATE "C" NOT NULL,
	"console" text COLLATE "C" NOT NULL,
	"quarantine" text COLLATE "C" NOT NULL,
	"report_row" text COLLATE "C",
	"first_seen_at" bigint NOT NULL,
	"keys_read_at" bigint,
	"gone_at" bigint,
	CONSTRAINT "iam_users_pkey" PRIMARY KEY("account_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "inventory_keys" (
	"access_key_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"user_name" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"created_at" bigint,
	"description" text COLLATE "C",
	"last_use" text COLLATE "C" NOT NULL,
	"first_seen_at" bigint NOT NULL,
	"status_since" bigint NOT NULL,
	"status_seen" bigint NOT NULL,
	"gone_at" bigint,
	"rank" bigint DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "key_choices" (
	"access_key_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C",
	"owners" text COLLATE "C",
	"policy" text COLLATE "C",
	"updated_by" text COLLATE "C" NOT NULL,
	"updated_at" bigint NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "key_events" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"access_key_id" text COLLATE "C" NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"at" bigint NOT NULL,
	"what" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C",
	"detail" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "key_marks" (
	"access_key_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"value" text COLLATE "C" NOT NULL,
	CONSTRAINT "key_marks_pkey" PRIMARY KEY("access_key_id","kind","value")
);
--> statement-breakpoint
CREATE TABLE "key_policies" (
	"connection_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"policy" text COLLATE "C" NOT NULL,
	"updated_by" text COLLATE "C" NOT NULL,
	"updated_at" bigint NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "key_standings" (
	"access_key_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"ownership" text COLLATE "C" NOT NULL,
	"findings" text COLLATE "C" NOT NULL,
	"due_at" bigint,
	"snoozed_until" bigint,
	"urgency" bigint NOT NULL,
	"assessed_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "owner_rules" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"account_id" text COLLATE "C",
	"pattern" text COLLATE "C" NOT NULL,
	"owners" text COLLATE "C" NOT NULL,
	"created_by" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "snoozes" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"access_key_id" text COLLATE "C" NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"reason" text COLLATE "C" NOT NULL,
	"by" text COLLATE "C" NOT NULL,
	"at" bigint NOT NULL,
	"until" bigint NOT NULL,
	"ended_at" bigint,
	"ended_by" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "told" (
	"subject" text COLLATE "C" NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"finding" text COLLATE "C" NOT NULL,
	"audience" text COLLATE "C" NOT NULL,
	"stage" text COLLATE "C" NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "told_pkey" PRIMARY KEY("subject","finding","audience")
);
--> statement-breakpoint
CREATE INDEX "iam_users_name" ON "iam_users" USING btree ("account_id","user_name");--> statement-breakpoint
CREATE INDEX "inventory_keys_user" ON "inventory_keys" USING btree ("account_id","user_id");--> statement-breakpoint
CREATE INDEX "inventory_keys_account" ON "inventory_keys" USING btree ("account_id","access_key_id");--> statement-breakpoint
CREATE INDEX "inventory_keys_rank" ON "inventory_keys" USING btree ("rank","access_key_id");--> statement-breakpoint
CREATE INDEX "inventory_keys_account_rank" ON "inventory_keys" USING btree ("account_id","rank","access_key_id");--> statement-breakpoint
CREATE INDEX "key_events_key" ON "key_events" USING btree ("access_key_id","at","id");--> statement-breakpoint
CREATE INDEX "key_events_at" ON "key_events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "key_marks_value" ON "key_marks" USING btree ("kind","value","access_key_id");--> statement-breakpoint
CREATE INDEX "snoozes_key" ON "snoozes" USING btree ("access_key_id","until");