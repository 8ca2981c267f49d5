// As docs.nestjs.com says: the Fastify adapter, a guard with @nestjs/jwt, and the pipe and the interceptor for
// standard schemas, which check and filter both ways. Compiled by tsc, as Nest's own build does.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { StandardSchemaSerializerInterceptor, StandardSchemaValidationPipe } from '@nestjs/common'
import { NestFactory, Reflector } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { settings } from '../settings.ts'
import { AppModule } from './app.module.ts'

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
  logger: ['error', 'warn'],
})
app.useGlobalPipes(new StandardSchemaValidationPipe({ errorHttpStatusCode: 422 }))
app.useGlobalInterceptors(new StandardSchemaSerializerInterceptor(app.get(Reflector)))
app.enableShutdownHooks()
await app.listen(settings.port, settings.host)
