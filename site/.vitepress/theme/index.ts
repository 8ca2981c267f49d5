import DefaultTheme from 'vitepress/theme-without-fonts'
import './plinth.css'

export default DefaultTheme
