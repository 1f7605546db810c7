CREATE TABLE "instances" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"seen_at" bigint NOT NULL,
	"signs_with" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rotation_uses" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"facts" text COLLATE "C" NOT NULL,
	"read_at" bigint,
	"next_at" bigint
);
--> statement-breakpoint
CREATE INDEX "rotation_uses_due" ON "rotation_uses" USING btree ("next_at");