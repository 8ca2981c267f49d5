import { Module } from '@nestjs/common'
import { JwtModule } from '@nestjs/jwt'
import { settings } from '../settings.ts'
import { extraControllers } from './extra.controller.ts'
import { TasksController } from './tasks.controller.ts'
import { TasksService } from './tasks.service.ts'

@Module({
  imports: [
    JwtModule.register({
      global: true,
      secret: settings.secret,
      verifyOptions: { algorithms: ['HS256'] },
    }),
  ],
  controllers: [TasksController, ...extraControllers(settings.extraRoutes)],
  providers: [TasksService],
})
// oxlint-disable-next-line typescript/no-extraneous-class -- a module is what its decorator says
export class AppModule {}
