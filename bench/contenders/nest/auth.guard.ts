import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common'
import { JwtService } from '@nestjs/jwt'

interface SignedIn {
  readonly headers: { readonly authorization?: string }
  user?: string
}

@Injectable()
export class AuthGuard implements CanActivate {
  constructor(private readonly jwtService: JwtService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignedIn>()
    const [scheme, token] = request.headers.authorization?.split(' ') ?? []
    if (scheme !== 'Bearer' || !token) throw new UnauthorizedException()
    try {
      const claims = await this.jwtService.verifyAsync<{ sub: string }>(token)
      request.user = claims.sub
    } catch {
      throw new UnauthorizedException()
    }
    return true
  }
}

/** The id of the caller. */
export const User = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<SignedIn>().user,
)
