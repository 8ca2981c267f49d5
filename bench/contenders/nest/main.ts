// Follows docs.nestjs.com: the Fastify adapter, a guard with @nestjs/jwt, and the pipe and interceptor
// for standard schemas, which validate and filter requests and responses. tsc compiles it, as in
// Nest's own build.
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
