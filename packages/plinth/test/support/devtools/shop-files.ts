import { serviceFiles } from '../cli-project.ts'

/** A shop whose routes show what the development page is for: N+1, a scan of a large table, an error, a write. */
export const shopFiles: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(Object.keys(serviceFiles).map((name) => [name, undefined])),
  'package.json': JSON.stringify({ name: 'shop', type: 'module', private: true }),
  'src/env.ts': `import { secret, settings } from 'plinth'
import * as z from 'zod'

export const env = settings({ DATABASE_URL: secret(z.string().default('pglite:memory')) })
`,
  'src/models.ts': `import { id, model } from 'plinth'
import * as z from 'zod'

export const Customer = model('customers', { id: id(), name: z.string().max(100) })
export const Order = model('orders', { id: id(), item: z.string().max(100), customerId: z.uuid() })
`,
  'src/database.ts': `import { database } from 'plinth'
import { env } from './env.ts'

export const db = database(env.DATABASE_URL)
`,
  'src/shop.ts': `import { eq } from 'drizzle-orm'
import { dependency, one, router, transaction } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { Customer, Order } from './models.ts'

const session = dependency({ db }, ({ db }) => transaction(db))
const prices = dependency(async () => await new Promise((done) => setTimeout(done, 2, 'prices')))
const shop = router('/api', { dependencies: { db: session } })

export const customers = shop.get('/customers', { response: z.array(Customer) }, ({ db }) =>
  db.select().from(Customer).limit(20),
)
export const report = shop.get(
  '/report',
  { response: z.array(z.object({ name: z.string(), orders: z.int() })), dependencies: { prices } },
  async ({ db, log }) => {
    const rows = []
    for (const { id, name } of await db.select().from(Customer).limit(6)) {
      const orders = await db.select().from(Order).where(eq(Order.customerId, id))
      rows.push({ name, orders: orders.length })
    }
    log.warn({ rows: rows.length }, 'the report is slow')
    return rows
  },
)
export const create = shop.post(
  '/customers',
  { body: Customer.$create, response: Customer, status: 201 },
  ({ db, body }) => one(db.insert(Customer).values(body).returning()),
)
export const broken = shop.get('/broken', { response: z.object({}) }, () => chargeCard({} as never))

function chargeCard(customer: { card: { number: string } }): object {
  return { number: customer.card.number }
}
`,
  'src/api.ts': `import { app } from 'plinth'
import * as shop from './shop.ts'

export const api = app({
  title: 'Shop',
  routes: { shop },
  cors: { origins: ['http://localhost:3000'] },
})
`,
  'migrations/20260101000000_initial/migration.sql': `create table "customers" (
  "id" uuid primary key default gen_random_uuid(), "name" varchar(100) not null
);
create table "orders" (
  "id" uuid primary key default gen_random_uuid(), "item" varchar(100) not null, "customer_id" uuid not null
);
insert into "customers" ("name") select 'Customer ' || n from generate_series(1, 20) n;
insert into "orders" ("item", "customer_id")
  select 'Item ' || n, (select "id" from "customers" order by "name" offset n % 20 limit 1)
  from generate_series(1, 2000) n;
`,
}
