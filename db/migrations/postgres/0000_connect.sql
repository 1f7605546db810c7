CREATE TABLE "attempts" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"team_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"view_id" text COLLATE "C",
	"connection_id" text COLLATE "C",
	"draft" text COLLATE "C",
	"deactivate_key" bigint NOT NULL,
	"correlation_id" text COLLATE "C" NOT NULL,
	"lease_owner" text COLLATE "C" NOT NULL,
	"lease_until" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"doer" text COLLATE "C" NOT NULL,
	"verb" text COLLATE "C" NOT NULL,
	"phase" text COLLATE "C" NOT NULL,
	"outcome" text COLLATE "C",
	"entity_kind" text COLLATE "C" NOT NULL,
	"entity_id" text COLLATE "C" NOT NULL,
	"why" text COLLATE "C" NOT NULL,
	"detail" text COLLATE "C" NOT NULL,
	"correlation_id" text COLLATE "C" NOT NULL,
	"seq" bigint,
	"hmac" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "connections" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"name_key" text COLLATE "C" NOT NULL,
	"description" text COLLATE "C" NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"account_alias" text COLLATE "C",
	"partition" text COLLATE "C" NOT NULL,
	"region" text COLLATE "C",
	"method" text COLLATE "C" NOT NULL,
	"access_key_id" text COLLATE "C",
	"role_arn" text COLLATE "C",
	"external_id" text COLLATE "C",
	"arn" text COLLATE "C" NOT NULL,
	"unique_id" text COLLATE "C" NOT NULL,
	"user_name" text COLLATE "C",
	"key_created_at" bigint,
	"alert_channel" text COLLATE "C",
	"owners" text COLLATE "C" NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"last_check" text COLLATE "C",
	"created_by" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "external_id_drafts" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"team_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"external_id" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "group_members" (
	"group_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"members" text COLLATE "C" NOT NULL,
	"fetched_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "interactions" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"view_id" text COLLATE "C",
	"team_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"value" text COLLATE "C",
	"at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"target" text COLLATE "C" NOT NULL,
	"text" text COLLATE "C" NOT NULL,
	"blocks" text COLLATE "C" NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"attempts" bigint NOT NULL,
	"next_at" bigint NOT NULL,
	"last_error" text COLLATE "C",
	"created_at" bigint NOT NULL,
	"correlation_id" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "role_grants" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"subject_kind" text COLLATE "C" NOT NULL,
	"subject_id" text COLLATE "C" NOT NULL,
	"role" text COLLATE "C" NOT NULL,
	"granted_by" text COLLATE "C" NOT NULL,
	"granted_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sealed_secrets" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"holder_kind" text COLLATE "C" NOT NULL,
	"holder_id" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"master_key_id" text COLLATE "C" NOT NULL,
	"wrapped_key" text COLLATE "C" NOT NULL,
	"ciphertext" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text COLLATE "C" PRIMARY KEY NOT NULL,
	"value" text COLLATE "C" NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "attempts_connection_id" ON "attempts" USING btree ("connection_id");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_entries_seq" ON "audit_entries" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "audit_entries_at" ON "audit_entries" USING btree ("at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "connections_name_key" ON "connections" USING btree ("name_key");--> statement-breakpoint
CREATE UNIQUE INDEX "connections_access_key_id" ON "connections" USING btree ("access_key_id");--> statement-breakpoint
CREATE UNIQUE INDEX "connections_role_arn" ON "connections" USING btree ("role_arn");--> statement-breakpoint
CREATE INDEX "external_id_drafts_asker" ON "external_id_drafts" USING btree ("team_id","user_id","account_id");--> statement-breakpoint
CREATE INDEX "interactions_at" ON "interactions" USING btree ("at");--> statement-breakpoint
CREATE INDEX "notices_due" ON "notices" USING btree ("state","next_at","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "role_grants_subject_role" ON "role_grants" USING btree ("subject_kind","subject_id","role");--> statement-breakpoint
CREATE UNIQUE INDEX "sealed_secrets_holder_version" ON "sealed_secrets" USING btree ("holder_kind","holder_id","version");--> statement-breakpoint
CREATE INDEX "sealed_secrets_master_key_id" ON "sealed_secrets" USING btree ("master_key_id");