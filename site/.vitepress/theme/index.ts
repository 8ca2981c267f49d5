import { onMounted } from 'vue'
import DefaultTheme from 'vitepress/theme-without-fonts'
import './plinth.css'

export default {
  extends: DefaultTheme,
  setup: () =>
    onMounted(() => {
      const button = document.querySelector<HTMLElement>('.DocSearch-Button')
      // the label "Search" lacks the key that a desktop shows; a phone hides the text, and needs the label
      if (button !== null && button.innerText.trim() !== '') button.removeAttribute('aria-label')
    }),
}
