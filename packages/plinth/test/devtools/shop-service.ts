// A service whose development page has something to show in every view: relations, secrets, jobs and email.
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cliProject, type CliProject } from '../support/cli-project.ts'

const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url))

const files: Readonly<Record<string, string | undefined>> = {
  'package.json': JSON.stringify({ name: 'shop', type: 'module', private: true }),
  'src/models.ts': `import { pgEnum, pgTable, text } from 'drizzle-orm/pg-core'
import { createdAt, field, id, model, owner, references } from 'plinth'
import * as z from 'zod'

export const level = pgEnum('level', ['low', 'high'])
export const Shop = model('shops', {
  id: id(),
  name: z.string().max(40),
  doorCode: field(z.string(), { hidden: true }),
  userId: owner(),
  createdAt: createdAt(),
})
export const Item = model('items', {
  id: id(),
  name: z.string().max(60),
  price: z.int().min(0),
  isSold: z.boolean().default(false),
  facts: z.json().nullable(),
  shopId: references(() => Shop, { nullable: true }),
  userId: owner(),
})
export const Session = pgTable('session', {
  id: text().primaryKey(),
  token: text().notNull(),
  level: level().notNull(),
})
`,
  'src/work.ts': `import { job } from 'plinth/jobs'
import * as z from 'zod'

export const restock = job('restock', { input: z.object({ item: z.string() }), retries: 0 }, ({ input }) => {
  if (input.item === 'fog') throw new Error('Fog is out of stock')
})
export const nightly = restock.schedule('0 3 * * *', { input: { item: 'milk' } })
`,
  'src/notes.ts': undefined,
  'src/shop.ts': `import { dependency, devMail, forbidden, header, router } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { Item } from './models.ts'
import { restock } from './work.ts'

const customer = dependency(
  { name: header(z.string().default('ann'), { name: 'x-customer' }) },
  ({ name }) => {
    if (name === 'mallory') throw forbidden()
    return name
  },
  { errors: [403] },
)
const shop = router('/api/items', { dependencies: { db, customer } })

export const list = shop.get('/', { response: z.array(Item) }, ({ db }) => db.select().from(Item))
export const order = shop.post('/:id/order', { params: z.object({ id: z.string() }), status: 202 }, async ({ db, params, customer }) => {
  await restock.enqueue(db, { item: params.id })
  devMail({
    to: customer + '@example.com',
    from: 'shop@example.com',
    subject: 'Your order of ' + params.id,
    text: 'Thank you.',
    html: '<h1 style="color: red">Thank <b>you</b></h1><script>document.title = "taken over"</script><img src="https://tracker.example/pixel.gif" alt="logo" onerror="document.title = 1"><p><a href="https://example.com/orders/1">See your order</a> <a href="javascript:alert(1)">or this</a></p><style>* { display: none }</style>',
  })
})
`,
  'src/api.ts': `import { app } from 'plinth'
import { db } from './database.ts'
import { env } from './env.ts'
import * as shop from './shop.ts'
import * as work from './work.ts'

export const api = app({
  title: 'Shop',
  routes: { shop },
  cors: { origins: env.CORS_ORIGINS },
  jobs: { db, modules: { work } },
})
`,
  'migrations/20260101000000_initial/migration.sql': `create type "level" as enum ('low', 'high');
create table "shops" (
  "id" uuid primary key default uuidv7(),
  "name" varchar(40) not null,
  "door_code" text not null,
  "user_id" text not null,
  "created_at" timestamp(3) with time zone not null default now(),
  constraint "shops_id_user_id_key" unique ("id", "user_id")
);
create table "items" (
  "id" uuid primary key default uuidv7(),
  "name" varchar(60) not null,
  "price" integer not null,
  "is_sold" boolean not null default false,
  "facts" jsonb,
  "shop_id" uuid,
  "user_id" text not null,
  constraint "items_shop_id_fkey" foreign key ("shop_id", "user_id") references "shops" ("id", "user_id")
);
create index "items_shop_id_idx" on "items" ("shop_id");
create table "session" ("id" text primary key, "token" text not null, "level" "level" not null);
`,
  'migrations/20260102000000_first_rows/migration.sql': `insert into "shops" ("id", "name", "door_code", "user_id") values
  ('00000000-0000-7000-8000-000000000001', 'Corner shop', 'swordfish-1138', 'ann');
insert into "items" ("id", "name", "price", "shop_id", "user_id", "facts")
  select ('00000000-0000-7000-8000-0000000001' || lpad(n::text, 2, '0'))::uuid, 'Item ' || n, n * 10,
    '00000000-0000-7000-8000-000000000001', 'ann', jsonb_build_object('shelf', n)
  from generate_series(1, 60) n;
insert into "session" values ('s1', 'token-of-ann-7f3a9c', 'high');
`,
}

/** Texts of the rows above that must never reach the page. */
export const secretTexts: readonly string[] = ['swordfish-1138', 'token-of-ann-7f3a9c']

/** Makes the folder of the service. */
export function shopService(): CliProject {
  const project = cliProject(files)
  for (const name of ['pg-boss', 'drizzle-kit'])
    symlinkSync(join(modules, name), join(project.folder, 'node_modules', name))
  return project
}
