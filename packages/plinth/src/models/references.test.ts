import { foreignKey, getTableConfig, index, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { field, id, owner } from './field.ts'
import { fromTable } from './from-table.ts'
import { model } from './model.ts'
import { checkReferences } from './reference-constraints.ts'
import { references, type ModelReference } from './references.ts'
import { relationsOf } from './relations-of.ts'

const foreignKeysOf = (table: Parameters<typeof getTableConfig>[0]) =>
  getTableConfig(table).foreignKeys.map((key) => {
    const { columns, foreignColumns, foreignTable } = key.reference()
    const names = (list: typeof columns) => list.map(({ name }) => name).join(', ')
    return `${key.getName()}: (${names(columns)}) -> ${getTableConfig(foreignTable).name} (${names(foreignColumns)}) ${key.onDelete ?? ''}`
  })
const indexesOf = (table: Parameters<typeof getTableConfig>[0]) =>
  getTableConfig(table).indexes.map(({ config }) => config.name)
const uniqueKeysOf = (table: Parameters<typeof getTableConfig>[0]) =>
  getTableConfig(table).uniqueConstraints.map(({ name }) => name)

describe('a reference between two models with owners', () => {
  it('is a foreign key over the pair of ids, and adds the unique key that it needs', () => {
    const Project = model('projects', { id: id(), userId: owner() })
    expect(uniqueKeysOf(Project)).toEqual([])
    const Task = model('tasks', {
      id: id(),
      projectId: references(() => Project, { nullable: true, onDelete: 'cascade' }),
      userId: owner(),
    })
    expect(foreignKeysOf(Task)).toEqual([
      'tasks_project_id_fkey: (project_id, user_id) -> projects (id, user_id) cascade',
    ])
    expect(uniqueKeysOf(Project)).toEqual(['projects_id_user_id_key'])
    expect(indexesOf(Task)).toEqual(['tasks_user_id_idx', 'tasks_project_id_idx'])
  })
  it('does not repeat a unique key that the model declares', () => {
    const Project = model('projects', { id: id(), userId: owner() }, (t) => [
      unique('own').on(t.userId, t.id),
    ])
    model('tasks', { id: id(), projectId: references(() => Project), userId: owner() })
    expect(uniqueKeysOf(Project)).toEqual(['own'])
  })
  it('refuses onDelete set null, which would clear the owner', () => {
    const Project = model('projects', { id: id(), userId: owner() })
    expect(() =>
      model('tasks', {
        id: id(),
        projectId: references(() => Project, { nullable: true, onDelete: 'set null' }),
        userId: owner(),
      }),
    ).toThrow(
      `model "tasks", field "projectId": onDelete: 'set null' would clear "user_id" too, since the foreign key is (project_id, user_id). Use 'cascade', or clear the field before the delete`,
    )
  })
})

describe('a reference to or from a model without an owner', () => {
  it('has the name and the action on update that its options give', () => {
    const User = model('users', { id: id() })
    const Post = model('posts', {
      id: id(),
      authorId: references(() => User, { constraint: 'fk_author', onUpdate: 'cascade' }),
    })
    expect(foreignKeysOf(Post)).toEqual(['fk_author: (author_id) -> users (id) no action'])
    const [key] = getTableConfig(Post).foreignKeys
    expect(key?.onUpdate).toBe('cascade')
  })
  it('is a plain foreign key', () => {
    const User = fromTable(pgTable('users', { key: text('key').primaryKey() }))
    const Tag = model('tags', { id: id(), userId: owner() })
    const Note = model('notes', {
      id: id(),
      authorId: references(() => User, { onDelete: 'no action', unique: true }),
      userId: owner(),
    })
    const Label = model('labels', { id: id(), tagId: references(() => Tag) })
    expect(foreignKeysOf(Note)).toEqual([
      'notes_author_id_fkey: (author_id) -> users (key) no action',
    ])
    expect(foreignKeysOf(Label)).toEqual(['labels_tag_id_fkey: (tag_id) -> tags (id) no action'])
    expect(uniqueKeysOf(Tag)).toEqual([])
    expect(indexesOf(Note)).toEqual(['notes_user_id_idx'])
    expect(Note.authorId.getSQLType()).toBe('text')
  })
  it('may be cleared when its row is deleted', () => {
    const Tag = model('tags', { id: id() })
    const Label = model('labels', {
      id: id(),
      tagId: references(() => Tag, { nullable: true, onDelete: 'set null' }),
    })
    expect(foreignKeysOf(Label)).toEqual(['labels_tag_id_fkey: (tag_id) -> tags (id) set null'])
    expect(() =>
      model('others', { id: id(), tagId: references(() => Tag, { onDelete: 'set null' }) }),
    ).toThrow(`model "others", field "tagId": onDelete: 'set null' needs nullable: true`)
  })
})

describe('the index of a reference', () => {
  const Tag = model('tags', { id: id() })
  it('is left out where another one begins with the field', () => {
    const Joined = model(
      'joined',
      {
        tagId: references(() => Tag, { primaryKey: true }),
        otherId: references(() => Tag, { primaryKey: true, many: 'others' }),
        thirdId: references(() => Tag, { many: 'thirds' }),
        at: z.date(),
      },
      (t) => [index('third').on(t.thirdId, t.at)],
    )
    expect(indexesOf(Joined)).toEqual(['third', 'joined_other_id_idx'])
  })
  it('is left out where it is not wanted', () => {
    const Few = model('few', { id: id(), tagId: references(() => Tag, { index: false }) })
    expect(indexesOf(Few)).toEqual([])
  })
})

describe('a reference to a model that is declared later', () => {
  it('may be one to the model itself', () => {
    const Comment = model('comments', {
      id: id(),
      parentId: references((): ModelReference<'comments'> => Comment, { nullable: true }),
      userId: owner(),
    })
    expect(foreignKeysOf(Comment)).toEqual([
      'comments_parent_id_fkey: (parent_id, user_id) -> comments (id, user_id) no action',
    ])
    expect(uniqueKeysOf(Comment)).toEqual(['comments_id_user_id_key'])
  })
  it('waits until that model is there', () => {
    const Early = model('early', {
      id: id(),
      lateId: references((): ModelReference<'late'> => Late, { nullable: true }),
      codeId: references((): ModelReference<'codes', z.ZodInt> => Code, { schema: z.int() }),
      userId: owner(),
    })
    expect(foreignKeysOf(Early)).toEqual([])
    expect(checkReferences).toThrow('model "early", field "lateId": references() returned no model')
    const Late = model('late', { id: id(), userId: owner() })
    const Code = model('codes', { code: field(z.int(), { primaryKey: true }) })
    expect(foreignKeysOf(Early)).toEqual([
      'early_late_id_fkey: (late_id, user_id) -> late (id, user_id) no action',
      'early_code_id_fkey: (code_id) -> codes (code) no action',
    ])
    expect(uniqueKeysOf(Late)).toEqual(['late_id_user_id_key'])
    expect(checkReferences).not.toThrow()
  })
  it('needs the schema of a key that is not a UUID', () => {
    const Wrong = model('wrong', {
      id: id(),
      codeId: references((): ModelReference<'words', z.ZodString> => Word),
    })
    const Word = model('words', { word: field(z.string(), { primaryKey: true }) })
    expect(() => getTableConfig(Wrong)).toThrow(
      'model "wrong", field "codeId": the key of "words" is text, and this field is uuid, because "words" is declared later. Pass the key\'s schema',
    )
  })
})

describe('what is not a reference', () => {
  it('is refused with the reason', () => {
    const both = { primaryKey: true } as const
    const Pair = model('pairs', { a: field(z.int(), both), b: field(z.int(), both) })
    expect(() => references(() => Pair)).toThrow(
      'references(): the primary key of "pairs" must be one field. Declare the foreign key in the model\'s third argument instead',
    )
    const plain = pgTable('plain', { id: text().primaryKey() })
    expect(() => references(() => plain as never)).toThrow(
      'references(): its function must return a model, such as () => Project. Make a model from a Drizzle table with fromTable(table)',
    )
    expect(() => references(() => 7 as never)).toThrow('must return a model')
  })
})

describe('the models and their schemas', () => {
  it('know the key and the references', () => {
    const Tag = model('tags', { id: id() })
    const Label = model('labels', {
      id: id(),
      tagId: references(() => Tag, { primaryKey: true, hidden: true }),
      otherId: references(() => Tag, { nullable: true, immutable: true, name: 'second' }),
    })
    expect(Object.keys(Label.$key.shape)).toEqual(['id', 'tagId'])
    expect(Object.keys(Label.$references)).toEqual(['tagId', 'otherId'])
    expect(Label.$references.tagId.target()).toBe(Tag)
    expect(Object.keys(Label.$read.shape)).toEqual(['id', 'otherId'])
    expect(z.safeParse(Label.$create, { tagId: 'x' }).success).toBe(false)
    expect(z.safeParse(Label.$update, { otherId: null }).success).toBe(false)
    expect(Label.otherId.name).toBe('second')
  })
})

describe('relations from references', () => {
  const User = model('users', { id: id(), drafts: z.array(z.string()) })
  const Task = model('tasks', {
    id: id(),
    authorId: references(() => User),
    reviewer: references(() => User, { one: 'reviewedBy', many: 'reviews' }),
    owner: references(() => User, { many: 'owned' }),
  })
  const namesOf = (relations: object, key: string) =>
    Object.keys(
      (relations as Record<string, { relations: object }>)[key]?.relations ?? {},
    ).toSorted()
  it('have names from the field, the table, and the options', () => {
    const made = relationsOf({ User, Task })
    expect(namesOf(made, 'Task')).toEqual(['author', 'reviewedBy'])
    expect(namesOf(made, 'User')).toEqual(['owned', 'reviews', 'tasks'])
    expect(made.Task.relations.author.optional).toBe(false)
  })
  it('leave out a name that two references would give, or that a field has', () => {
    const Post = model('posts', {
      id: id(),
      aId: references(() => User),
      bId: references(() => User),
    })
    const Draft = model('drafts', { id: id(), userId: references(() => User) })
    const made = relationsOf({ User, Post, Draft })
    expect(namesOf(made, 'Post')).toEqual(['a', 'b'])
    expect(namesOf(made, 'User')).toEqual([])
    expect(namesOf(made, 'Draft')).toEqual(['user'])
  })
  it('refuse a chosen name that is taken', () => {
    const Post = model('posts', {
      id: id(),
      aId: references(() => User, { many: 'texts' }),
      bId: references(() => User, { many: 'texts' }),
    })
    expect(() => relationsOf({ User, Post })).toThrow(
      'relationsOf: "texts" of "User" is the name of 2 relations. Choose another name with "one" or "many" of references()',
    )
    const Draft = model('drafts', { id: id(), userId: references(() => User, { many: 'drafts' }) })
    expect(() => relationsOf({ User, Draft })).toThrow(
      'relationsOf: "drafts" of "User" is a field of the model.',
    )
  })
  it('go through a model whose key is two references, and only through such a one', () => {
    const Tag = model('tags', { id: id() })
    const TaskTag = model('task_tags', {
      taskId: references(() => Task, { primaryKey: true }),
      tagId: references(() => Tag, { primaryKey: true }),
    })
    const made = relationsOf({ User, Task, Tag, TaskTag })
    expect(namesOf(made, 'Tag')).toEqual(['taskTags', 'tasks'])
    expect(namesOf(made, 'Task')).toEqual(['author', 'reviewedBy', 'tags', 'taskTags'].toSorted())
    const Placed = model('placed', {
      taskId: references(() => Task, { primaryKey: true }),
      tagId: references(() => Tag, { primaryKey: true }),
      position: field(z.int(), { primaryKey: true }),
    })
    expect(namesOf(relationsOf({ Task, Tag, Placed }), 'Tag')).toEqual(['placed'])
  })
  it('ignore foreign keys that are declared by hand', () => {
    const Line = model('lines', { id: id(), userId: z.uuid() }, (t) => [
      foreignKey({ columns: [t.userId], foreignColumns: [User.id] }),
    ])
    expect(namesOf(relationsOf({ User, Line }), 'User')).toEqual([])
  })
})
