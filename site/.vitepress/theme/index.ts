import { onMounted } from 'vue'
import DefaultTheme from 'vitepress/theme-without-fonts'
import './plinth.css'

export default {
  extends: DefaultTheme,
  setup: () =>
    onMounted(() => {
      // its label "Search" hides the key that the button shows, so its text is the better name
      document.querySelector('.DocSearch-Button')?.removeAttribute('aria-label')
    }),
}
