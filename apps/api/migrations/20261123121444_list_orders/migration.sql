-- plinth:alone
CREATE INDEX CONCURRENTLY "tasks_user_id_updated_at_idx" ON "tasks" ("user_id","updated_at","id");
--> statement-breakpoint
-- plinth:alone
CREATE INDEX CONCURRENTLY "tasks_user_id_title_idx" ON "tasks" ("user_id","title","id");
--> statement-breakpoint
-- plinth:alone
CREATE INDEX CONCURRENTLY "tasks_user_id_due_at_idx" ON "tasks" ("user_id","due_at","id");
--> statement-breakpoint
-- plinth:alone
CREATE INDEX CONCURRENTLY "tasks_user_id_due_at_down_idx" ON "tasks" ("user_id","due_at" DESC NULLS LAST,"id" DESC NULLS LAST);
