import type { ReactNode } from 'react'

/** A line icon. The label of its button says what it means. */
function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

export const PlusIcon = () => (
  <Icon>
    <path d="M10 4.5v11M4.5 10h11" />
  </Icon>
)
export const CloseIcon = () => (
  <Icon>
    <path d="M5.5 5.5l9 9M14.5 5.5l-9 9" />
  </Icon>
)
export const SearchIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="4.75" />
    <path d="M12.6 12.6l3.4 3.4" />
  </Icon>
)
export const EditIcon = () => (
  <Icon>
    <path d="M4.5 15.5l.8-3.3 7.4-7.4a1.4 1.4 0 0 1 2 0l.5.5a1.4 1.4 0 0 1 0 2l-7.4 7.4z" />
  </Icon>
)
export const TrashIcon = () => (
  <Icon>
    <path d="M4.5 6h11M8 6V4.5h4V6M6 6l.6 9.5h6.8L14 6M8.8 8.8v4M11.2 8.8v4" />
  </Icon>
)
export const CalendarIcon = () => (
  <Icon>
    <rect x="4" y="5" width="12" height="11" rx="2" />
    <path d="M4 8.5h12M7.5 3.5V6M12.5 3.5V6" />
  </Icon>
)
export const BellIcon = () => (
  <Icon>
    <path d="M5 14.5h10l-1.2-2V9a3.8 3.8 0 0 0-7.6 0v3.5zM8.5 14.5a1.5 1.5 0 0 0 3 0M10 5.2V3.5" />
  </Icon>
)
export const FolderIcon = () => (
  <Icon>
    <path d="M3.5 14.5v-9h4.2l1.6 2h7.2v7a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1z" />
  </Icon>
)
export const FlagIcon = () => (
  <Icon>
    <path d="M5.5 16.5v-12M5.5 5h8.5l-1.8 3 1.8 3H5.5" />
  </Icon>
)
