/** Loads the code for the response of a file with the first one: the list of media types is long. */
export const loadFileResponse = (): Promise<typeof import('./file-response.ts')> =>
  import('./file-response.ts')
