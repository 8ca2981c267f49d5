import { request } from 'node:http'

/** A response to a {@link rawRequest}. */
export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Sends a request with exactly these headers, `Host` included, which `fetch` does not allow. */
export const rawRequest = (
  url: string,
  {
    method = 'GET',
    headers = {},
    body = '',
    localAddress,
  }: {
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
    /** The address to send from. Linux has all of 127.0.0.0/8. */
    readonly localAddress?: string
  } = {},
): Promise<RawResponse> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false, localAddress }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
