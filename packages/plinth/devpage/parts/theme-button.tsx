import { signal } from '@preact/signals'

type Theme = 'system' | 'light' | 'dark'
const order: readonly Theme[] = ['system', 'light', 'dark']
const stored = localStorage.getItem('plinth-theme') as Theme | null
const theme = signal<Theme>(stored !== null && order.includes(stored) ? stored : 'system')

const names: Readonly<Record<Theme, string>> = { system: 'Auto', light: 'Light', dark: 'Dark' }

theme.subscribe((value) => {
  document.documentElement.style.colorScheme = value === 'system' ? '' : value
})

/** Changes between the colors of the system, light and dark. */
export function ThemeButton() {
  const change = (): void => {
    theme.value = order[(order.indexOf(theme.value) + 1) % order.length] as Theme
    localStorage.setItem('plinth-theme', theme.value)
  }
  return (
    <button type="button" class="button button-quiet theme" onClick={change}>
      <span class="visually-hidden">Colors: </span>
      {names[theme.value]}
    </button>
  )
}
