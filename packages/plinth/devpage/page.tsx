import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { connection, title } from './live/connect.ts'
import { Notices } from './parts/notices.tsx'
import { ThemeButton } from './parts/theme-button.tsx'
import { linkTo, place } from './router.ts'
import { homeView, views, type View } from './views.tsx'

/** The view of the current address; the first one for an unknown address. */
const currentView = (): View =>
  views.find(({ name }) => name === place.value.view) ?? (views[0] as View)

/** The frame of the page: header, navigation, and the current view. */
export function Page() {
  const view = currentView()
  const main = useRef<HTMLElement>(null)
  useEffect(
    () =>
      effect(() => {
        document.title = `${currentView().title} · ${title.value}`
      }),
    [],
  )
  const skip = (event: Event): void => {
    event.preventDefault()
    main.current?.focus()
  }
  return (
    <div class="page">
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header class="head">
        <a class="brand" href={linkTo([homeView])}>
          <Mark />
          <span class="brand-name">{title}</span>
        </a>
        <Connection />
        <ThemeButton />
      </header>
      <Navigation current={view} />
      <main class="main" id="main" tabIndex={-1} ref={main} key={view.name}>
        {/* On a phone, the details of a row hide the head of the view. */}
        <h1 class="visually-hidden">{view.title}</h1>
        <view.component />
      </main>
      <Notices />
    </div>
  )
}

function Navigation({ current }: { readonly current: View }) {
  const groups = Map.groupBy(views, ({ group }) => group)
  return (
    <nav class="nav" aria-label="Views">
      {[...groups].map(([group, members]) => (
        <div class="nav-group" key={group}>
          <h2 class="nav-title" id={`nav-${group}`}>
            {group}
          </h2>
          <ul aria-labelledby={`nav-${group}`}>
            {members.map(({ name, title }) => (
              <li key={name}>
                <a
                  class="nav-link"
                  href={linkTo([name])}
                  aria-current={name === current.name ? 'page' : undefined}
                >
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}

const states = {
  connecting: 'Connecting',
  open: 'Live',
  closed: 'Paused',
  lost: 'No connection',
} as const

function Connection() {
  const state = connection.value
  return (
    <p class={`connection connection-${state}`} role="status">
      {states[state]}
    </p>
  )
}

const Mark = () => (
  <svg class="mark" viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
    <path d="M2 13h12v2H2zm1-2h10v1H3zm2-9h6v8H5z" />
  </svg>
)
