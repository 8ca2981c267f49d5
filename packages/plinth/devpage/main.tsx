import { render } from 'preact'
import { connect } from './live/connect.ts'
import { Page } from './page.tsx'

render(<Page />, document.body)
connect()
