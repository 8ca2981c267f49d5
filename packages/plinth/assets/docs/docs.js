// A file and not a script inside the page, which the page's content security policy would refuse.
const page = document.querySelector('#docs')

globalThis.ui = globalThis.SwaggerUIBundle({
  domNode: page,
  url: page.dataset.document,
  presets: [globalThis.SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  deepLinking: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  // It would send the document to a validator on the Internet.
  validatorUrl: null,
})

// Swagger UI has dark colours, and leaves it to the page to ask for them.
const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()
