CREATE TABLE "expectations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"subject" text COLLATE "C" NOT NULL,
	"network" text COLLATE "C",
	"agent" text COLLATE "C",
	"action" text COLLATE "C",
	"reason" text COLLATE "C" NOT NULL,
	"by" text COLLATE "C" NOT NULL,
	"at" bigint NOT NULL,
	"until" bigint NOT NULL,
	"ended_at" bigint,
	"ended_by" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"subject" text COLLATE "C" NOT NULL,
	"user_name" text COLLATE "C",
	"opened_at" bigint NOT NULL,
	"last_at" bigint NOT NULL,
	"rank" bigint NOT NULL,
	"open" bigint NOT NULL,
	"facts" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "key_profiles" (
	"account_id" text COLLATE "C" NOT NULL,
	"subject" text COLLATE "C" NOT NULL,
	"profile" text COLLATE "C" NOT NULL,
	"last_seen" bigint NOT NULL,
	CONSTRAINT "key_profiles_pkey" PRIMARY KEY("account_id","subject")
);
--> statement-breakpoint
CREATE TABLE "seen_events" (
	"account_id" text COLLATE "C" NOT NULL,
	"region" text COLLATE "C" NOT NULL,
	"bucket" bigint NOT NULL,
	"marks" text COLLATE "C" NOT NULL,
	CONSTRAINT "seen_events_pkey" PRIMARY KEY("account_id","region","bucket")
);
--> statement-breakpoint
CREATE TABLE "signals" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"incident_id" text COLLATE "C",
	"expected_by" text COLLATE "C",
	"at" bigint NOT NULL,
	"keyless" bigint NOT NULL,
	"signal" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "watch_memory" (
	"account_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"value" text COLLATE "C" NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "watch_memory_pkey" PRIMARY KEY("account_id","kind","id")
);
--> statement-breakpoint
CREATE TABLE "watched_accounts" (
	"account_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"partition" text COLLATE "C" NOT NULL,
	"since" bigint NOT NULL,
	"regions" text COLLATE "C" NOT NULL,
	"listed_at" bigint,
	"list_trouble" text COLLATE "C",
	"trouble" text COLLATE "C",
	"basis" text COLLATE "C" NOT NULL,
	"held_by" text COLLATE "C",
	"held_until" bigint NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "expectations_until" ON "expectations" USING btree ("until");--> statement-breakpoint
CREATE INDEX "incidents_subject" ON "incidents" USING btree ("account_id","subject","last_at");--> statement-breakpoint
CREATE INDEX "incidents_latest" ON "incidents" USING btree ("last_at","id");--> statement-breakpoint
CREATE INDEX "incidents_open" ON "incidents" USING btree ("open","last_at","id");--> statement-breakpoint
CREATE INDEX "key_profiles_last_seen" ON "key_profiles" USING btree ("last_seen");--> statement-breakpoint
CREATE INDEX "seen_events_bucket" ON "seen_events" USING btree ("bucket");--> statement-breakpoint
CREATE INDEX "signals_incident" ON "signals" USING btree ("incident_id","at","id");--> statement-breakpoint
CREATE INDEX "signals_expected" ON "signals" USING btree ("expected_by");--> statement-breakpoint
CREATE INDEX "signals_keyless" ON "signals" USING btree ("account_id","keyless","created_at");--> statement-breakpoint
CREATE INDEX "signals_created" ON "signals" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "watch_memory_newest" ON "watch_memory" USING btree ("account_id","at");--> statement-breakpoint
CREATE INDEX "watch_memory_at" ON "watch_memory" USING btree ("kind","at");