// Follows expressjs.com: routers, a middleware for the token, and an error handler at the end; with Zod
// and jose.
// oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 forwards the rejection of a handler
import { and, desc, eq } from 'drizzle-orm'
import express, { type NextFunction, type Request, type Response } from 'express'
import { jwtVerify } from 'jose'
import * as z from 'zod'
import { db, priorities, tasks } from '../schema.ts'
import { settings } from '../settings.ts'

const TaskCreate = z.object({
  title: z.string().min(1).max(200),
  description: z.string().max(2000).nullable().optional(),
  completed: z.boolean().optional(),
  priority: z.enum(priorities).optional(),
  dueAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .nullable()
    .optional(),
  projectId: z.uuid().nullable().optional(),
})
const TaskUpdate = TaskCreate.partial()
const Id = z.object({ id: z.uuid() })

const key = new TextEncoder().encode(settings.secret)

async function authenticate(request: Request, response: Response, next: NextFunction) {
  const [scheme, token] = request.headers.authorization?.split(' ') ?? []
  if (scheme !== 'Bearer' || !token) {
    response.status(401).json({ message: 'Not signed in' })
    return
  }
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      requiredClaims: ['sub', 'exp'],
    })
    response.locals['user'] = payload.sub
  } catch {
    response.status(401).json({ message: 'The token is not accepted' })
    return
  }
  next()
}

const userOf = (response: Response): string => response.locals['user'] as string
const mine = (id: string, user: string) => and(eq(tasks.id, id), eq(tasks.userId, user))

const app = express()
const router = express.Router()
router.use(authenticate, express.json())

router.get('/tasks', async (_request, response) => {
  const rows = await db
    .select()
    .from(tasks)
    .where(eq(tasks.userId, userOf(response)))
    .orderBy(desc(tasks.createdAt))
    .limit(20)
  response.json(rows)
})

router.get('/tasks/:id', async (request, response) => {
  const { id } = Id.parse(request.params)
  const [task] = await db
    .select()
    .from(tasks)
    .where(mine(id, userOf(response)))
  if (task) response.json(task)
  else response.status(404).json({ message: 'There is no such task' })
})

router.post('/tasks', async (request, response) => {
  const body = TaskCreate.parse(request.body)
  const [task] = await db
    .insert(tasks)
    .values({ ...body, userId: userOf(response) })
    .returning()
  response.status(201).json(task)
})

router.patch('/tasks/:id', async (request, response) => {
  const { id } = Id.parse(request.params)
  const [task] = await db
    .update(tasks)
    .set(TaskUpdate.parse(request.body))
    .where(mine(id, userOf(response)))
    .returning()
  if (task) response.json(task)
  else response.status(404).json({ message: 'There is no such task' })
})

for (let n = 0; n < settings.extraRoutes; n += 1)
  router.get(`/extra/things-${n}/:id`, (request, response) => {
    response.json(Id.parse(request.params))
  })

app.use('/api', router)

// oxlint-disable-next-line max-params -- Express recognizes an error handler by its four parameters
app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
  if (response.headersSent) next(error)
  else if (error instanceof z.ZodError)
    response.status(422).json({ message: 'Wrong input', issues: error.issues })
  else response.status(500).json({ message: 'Something went wrong' })
})

app.listen(settings.port, settings.host)
