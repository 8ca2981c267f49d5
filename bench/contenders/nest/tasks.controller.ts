import {
  Body,
  Controller,
  Get,
  Param,
  Patch,
  Post,
  SerializeOptions,
  UseGuards,
} from '@nestjs/common'
import { AuthGuard, User } from './auth.guard.ts'
import {
  type ById,
  Id,
  type NewTask,
  Task,
  type TaskChange,
  TaskCreate,
  TaskUpdate,
} from './schemas.ts'
import { TasksService } from './tasks.service.ts'

@Controller('api/tasks')
@UseGuards(AuthGuard)
@SerializeOptions({ schema: Task })
export class TasksController {
  constructor(private readonly tasksService: TasksService) {}

  @Get()
  list(@User() user: string) {
    return this.tasksService.list(user)
  }

  @Get(':id')
  read(@User() user: string, @Param({ schema: Id }) { id }: ById) {
    return this.tasksService.read(user, id)
  }

  @Post()
  create(@User() user: string, @Body({ schema: TaskCreate }) body: NewTask) {
    return this.tasksService.create(user, body)
  }

  @Patch(':id')
  update(
    @User() user: string,
    @Param({ schema: Id }) { id }: ById,
    @Body({ schema: TaskUpdate }) body: TaskChange,
  ) {
    return this.tasksService.update(user, id, body)
  }
}
