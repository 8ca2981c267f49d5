CREATE TABLE "projects" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"name" varchar(100) NOT NULL,
	"user_id" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "projects_id_user_id_key" UNIQUE("id","user_id"),
	CONSTRAINT "projects_name_min" CHECK (char_length("name") >= 1)
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"name" varchar(50) NOT NULL,
	"user_id" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tags_id_user_id_key" UNIQUE("id","user_id"),
	CONSTRAINT "tags_user_id_name_key" UNIQUE("user_id","name"),
	CONSTRAINT "tags_name_min" CHECK (char_length("name") >= 1)
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"title" varchar(200) NOT NULL,
	"description" varchar(2000),
	"completed" boolean DEFAULT false NOT NULL,
	"priority" text DEFAULT 'medium' NOT NULL,
	"due_at" timestamp(3) with time zone,
	"project_id" uuid,
	"user_id" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tasks_id_user_id_key" UNIQUE("id","user_id"),
	CONSTRAINT "tasks_title_min" CHECK (char_length("title") >= 1),
	CONSTRAINT "tasks_priority_enum" CHECK ("priority" in ('low', 'medium', 'high'))
);
--> statement-breakpoint
CREATE TABLE "task_tags" (
	"task_id" uuid,
	"tag_id" uuid,
	"user_id" text NOT NULL,
	CONSTRAINT "task_tags_pkey" PRIMARY KEY("task_id","tag_id")
);
--> statement-breakpoint
CREATE INDEX "projects_user_id_idx" ON "projects" ("user_id");--> statement-breakpoint
CREATE INDEX "tags_user_id_idx" ON "tags" ("user_id");--> statement-breakpoint
CREATE INDEX "tasks_project_id_idx" ON "tasks" ("project_id");--> statement-breakpoint
CREATE INDEX "tasks_user_id_idx" ON "tasks" ("user_id");--> statement-breakpoint
CREATE INDEX "tasks_user_id_created_at_idx" ON "tasks" ("user_id","created_at","id");--> statement-breakpoint
CREATE INDEX "task_tags_tag_id_idx" ON "task_tags" ("tag_id");--> statement-breakpoint
CREATE INDEX "task_tags_user_id_idx" ON "task_tags" ("user_id");--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_project_id_fkey" FOREIGN KEY ("project_id","user_id") REFERENCES "projects"("id","user_id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "task_tags" ADD CONSTRAINT "task_tags_task_id_fkey" FOREIGN KEY ("task_id","user_id") REFERENCES "tasks"("id","user_id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "task_tags" ADD CONSTRAINT "task_tags_tag_id_fkey" FOREIGN KEY ("tag_id","user_id") REFERENCES "tags"("id","user_id") ON DELETE CASCADE;