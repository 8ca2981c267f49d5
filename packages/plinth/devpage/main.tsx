import { render } from 'preact'
import { connect } from './live/connect.ts'
import { Page } from './page.tsx'
import { goTo, linkTo, place } from './router.ts'
import { homeView } from './views.tsx'

// The address always names a view, so that filters can be added to it.
if (place.value.view === '') goTo(linkTo([homeView]), { replace: true })
render(<Page />, document.body)
connect()
