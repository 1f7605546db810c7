CREATE TABLE "trail_files" (
	"queue_id" text COLLATE "C" NOT NULL,
	"bucket" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"region" text COLLATE "C" NOT NULL,
	"bucket_region" text COLLATE "C",
	"arrived_at" bigint NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"tries" bigint NOT NULL,
	"failed_at" bigint,
	"reason" text COLLATE "C",
	"next_at" bigint NOT NULL,
	CONSTRAINT "trail_files_pkey" PRIMARY KEY("queue_id","bucket","key","account_id")
);
--> statement-breakpoint
CREATE TABLE "trail_queues" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"connection_id" text COLLATE "C" NOT NULL,
	"partition" text COLLATE "C" NOT NULL,
	"region" text COLLATE "C" NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"bucket" text COLLATE "C" NOT NULL,
	"set_by" text COLLATE "C" NOT NULL,
	"set_at" bigint NOT NULL,
	"read_at" bigint,
	"state" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "trail_files_due" ON "trail_files" USING btree ("state","account_id","arrived_at");--> statement-breakpoint
CREATE INDEX "trail_files_queue" ON "trail_files" USING btree ("queue_id","state","arrived_at");