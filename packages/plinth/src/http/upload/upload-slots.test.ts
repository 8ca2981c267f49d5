import { describe, expect, it } from 'vitest'
import { UploadSlots } from './upload-slots.ts'

const open = new AbortController().signal

describe('UploadSlots', () => {
  it('lets the next upload in when one ends, first come, first served', async () => {
    const slots = new UploadSlots(1)
    const order: string[] = []
    await slots.take(open)
    const second = slots.take(open).then(() => order.push('second'))
    const third = slots.take(open).then(() => order.push('third'))
    expect(order).toEqual([])
    slots.release()
    await second
    expect(order).toEqual(['second'])
    slots.release()
    await third
    expect(order).toEqual(['second', 'third'])
  })
  it('forgets an upload that ends while it waits', async () => {
    const slots = new UploadSlots(1)
    await slots.take(open)
    const leaving = new AbortController()
    const left = slots.take(leaving.signal)
    const next = slots.take(open)
    leaving.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    slots.release()
    await next
  })
  it('has room for any number with a limit of 0', async () => {
    const slots = new UploadSlots(0)
    await Promise.all(Array.from({ length: 1000 }, () => slots.take(open)))
  })
})
