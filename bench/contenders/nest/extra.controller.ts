import { Controller, Get, Param, SerializeOptions, type Type, UseGuards } from '@nestjs/common'
import { AuthGuard } from './auth.guard.ts'
import { type ById, Id } from './schemas.ts'

/** Creates controllers that no client calls, for `--scale`. */
export function extraControllers(count: number): Type[] {
  return Array.from({ length: count }, (_, n) => {
    @Controller(`api/extra/things-${n}`)
    @UseGuards(AuthGuard)
    @SerializeOptions({ schema: Id })
    class ExtraController {
      @Get(':id')
      read(@Param({ schema: Id }) params: ById) {
        return params
      }
    }
    return ExtraController
  })
}
