// A file and not a script inside the page, which the page's content security policy would refuse.
const page = document.querySelector('#docs')

globalThis.Scalar.createApiReference('#docs', {
  url: page.dataset.document,
  // It would ask other hosts for fonts, report its use, and offer their services.
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  // It would keep passwords and keys in the browser.
  persistAuth: false,
})
