"""Follows the documentation of FastAPI and SQLModel: one model per direction, dependencies for the session
and the user, `response_model` from the return type, PyJWT. Uses asyncpg, which is recommended for speed."""

import os
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from enum import StrEnum
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel
from sqlalchemy import TIMESTAMP
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

SECRET = os.environ["BETTER_AUTH_SECRET"]
EXTRA_ROUTES = int(os.environ.get("EXTRA_ROUTES", "0"))

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgres://", "postgresql+asyncpg://"),
    pool_size=10,
    max_overflow=0,
)


class Priority(StrEnum):
    low = "low"
    medium = "medium"
    high = "high"


def now() -> datetime:
    return datetime.now(timezone.utc)


Instant = TIMESTAMP(timezone=True)


class CamelModel(SQLModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class TaskBase(CamelModel):
    title: str = Field(min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    completed: bool = False
    priority: str = "medium"
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    project_id: uuid.UUID | None = None


class Task(TaskBase, table=True):
    __tablename__ = "tasks"

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: str = Field(index=True)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    updated_at: datetime = Field(
        default_factory=now, sa_type=Instant, sa_column_kwargs={"onupdate": now}
    )


class TaskCreate(TaskBase):
    priority: Priority = Priority.medium


class TaskUpdate(CamelModel):
    title: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    completed: bool | None = None
    priority: Priority | None = None
    due_at: datetime | None = None
    project_id: uuid.UUID | None = None


class TaskPublic(TaskBase):
    id: uuid.UUID
    user_id: str
    created_at: datetime
    updated_at: datetime


async def get_session() -> AsyncGenerator[AsyncSession]:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session


bearer = HTTPBearer()


def get_current_user(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
) -> str:
    try:
        payload = jwt.decode(
            credentials.credentials,
            SECRET,
            algorithms=["HS256"],
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError:
        raise HTTPException(
            status_code=status.HTTP_401_UNAUTHORIZED,
            detail="Could not validate credentials",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return payload["sub"]


SessionDep = Annotated[AsyncSession, Depends(get_session)]
CurrentUser = Annotated[str, Depends(get_current_user)]


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    yield
    await engine.dispose()


app = FastAPI(title="Tasks", lifespan=lifespan)


async def own_task(session: AsyncSession, user: str, task_id: uuid.UUID) -> Task:
    statement = select(Task).where(Task.id == task_id, Task.user_id == user)
    task = (await session.exec(statement)).first()
    if task is None:
        raise HTTPException(status_code=404, detail="There is no such task")
    return task


@app.get("/api/tasks", response_model=list[TaskPublic])
async def list_tasks(session: SessionDep, user: CurrentUser):
    statement = (
        select(Task)
        .where(Task.user_id == user)
        .order_by(col(Task.created_at).desc())
        .limit(20)
    )
    return (await session.exec(statement)).all()


@app.get("/api/tasks/{task_id}", response_model=TaskPublic)
async def read_task(session: SessionDep, user: CurrentUser, task_id: uuid.UUID):
    return await own_task(session, user, task_id)


@app.post("/api/tasks", response_model=TaskPublic, status_code=201)
async def create_task(session: SessionDep, user: CurrentUser, body: TaskCreate):
    task = Task.model_validate(body, update={"user_id": user})
    session.add(task)
    await session.commit()
    return task


@app.patch("/api/tasks/{task_id}", response_model=TaskPublic)
async def update_task(
    session: SessionDep, user: CurrentUser, task_id: uuid.UUID, body: TaskUpdate
):
    task = await own_task(session, user, task_id)
    task.sqlmodel_update(body.model_dump(exclude_unset=True))
    session.add(task)
    await session.commit()
    return task


class Thing(CamelModel):
    id: uuid.UUID


def add_extra(n: int) -> None:
    @app.get(f"/api/extra/things-{n}/{{thing_id}}", response_model=Thing)
    async def read_thing(user: CurrentUser, thing_id: uuid.UUID):
        return {"id": thing_id}


for number in range(EXTRA_ROUTES):
    add_extra(number)
