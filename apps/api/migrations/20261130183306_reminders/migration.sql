ALTER TABLE "tasks" ADD COLUMN "remind_at" timestamp(3) with time zone;
--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "reminded_at" timestamp(3) with time zone;
