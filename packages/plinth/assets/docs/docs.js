// A file and not a script inside the page, which the page's content security policy would refuse.
const page = document.querySelector('#docs')
const { oauth, ...options } = JSON.parse(page.dataset.options)

// What an authorization may keep in the browser, by the type of its scheme. Swagger UI would keep passwords, too.
const kept = {
  apiKey: ({ name, schema, value }) => ({ name, schema, value }),
  http: ({ name, schema, value }) =>
    schema.scheme?.toLowerCase() === 'basic' ? undefined : { name, schema, value },
  oauth2: ({ name, schema, token }) => token && { name, schema, token },
}

const withoutPasswords = (authorized) =>
  Object.fromEntries(
    Object.entries(authorized)
      .map(([name, one]) => [name, kept[one.schema?.type]?.(one)])
      .filter(([, one]) => one),
  )

// Keeps tokens and API keys over a reload, and never a password.
const persistWithoutPasswords = () => ({
  statePlugins: {
    auth: {
      wrapActions: {
        persistAuthorizationIfNeeded: (_, system) => () => {
          if (!system.getConfigs().persistAuthorization) return
          const authorized = withoutPasswords(system.authSelectors.authorized().toJS())
          localStorage.setItem('authorized', JSON.stringify(authorized))
        },
      },
    },
  },
})

// One server that is this one leaves nothing to choose.
const withoutOnlyServer = ({ React }) => ({
  wrapComponents: {
    ServersContainer: (Servers) => (props) => {
      const servers = props.specSelectors.servers().toJS()
      const isHere = servers.length === 1 && servers[0].url === '/'
      return isHere ? null : React.createElement(Servers, props)
    },
  },
})

const ui = globalThis.SwaggerUIBundle({
  deepLinking: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  ...options,
  domNode: page,
  url: page.dataset.document,
  oauth2RedirectUrl: new URL(`${page.dataset.files}/oauth2-redirect.html`, location.href).href,
  presets: [globalThis.SwaggerUIBundle.presets.apis],
  plugins: [persistWithoutPasswords, withoutOnlyServer],
  layout: 'BaseLayout',
  // It would send the document to a validator on the Internet.
  validatorUrl: null,
})
if (oauth) ui.initOAuth(oauth)
globalThis.ui = ui

// Swagger UI has dark colors, and leaves it to the page to ask for them.
const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()
