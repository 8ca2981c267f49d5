import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { PlacedGraph } from '../../src/devtools/diagrams/graph.types.ts'

/** The part of a drawing that is visible: its center, and the pixels of the screen per pixel of the drawing. */
interface Camera {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

const nearest = 2.5
const farthest = 0.15

/** The camera that shows all of a drawing, not larger than it is. */
const fitting = ({ width, height }: PlacedGraph, box: DOMRect | undefined): Camera => ({
  x: width / 2,
  y: height / 2,
  zoom: box === undefined ? 1 : Math.min(1, box.width / width, box.height / height),
})

/** The smallest zoom at which a drawing is readable. */
const readable = 0.55

/** The camera of the beginning: all of the drawing or, if that could not be read, its left side. */
function beginning(graph: PlacedGraph, box: DOMRect | undefined): Camera {
  const all = fitting(graph, box)
  if (box === undefined || all.zoom >= readable) return all
  return { x: box.width / readable / 2, y: graph.height / 2, zoom: readable }
}

const steps: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** Moves and zooms a drawing by pointer and keyboard. */
export function useCamera(graph: PlacedGraph) {
  const svg = useRef<SVGSVGElement>(null)
  const camera = useSignal(fitting(graph, undefined))
  const box = useSignal<DOMRect | undefined>(undefined)
  const fit = (): void => {
    box.value = svg.current?.getBoundingClientRect()
    camera.value = fitting(graph, box.value)
  }
  useEffect(() => {
    const begin = (): void => {
      box.value = svg.current?.getBoundingClientRect()
      camera.value = beginning(graph, box.value)
    }
    begin()
    const observer = new ResizeObserver(begin)
    if (svg.current !== null) observer.observe(svg.current)
    return () => observer.disconnect()
  }, [graph])
  const zoomBy = (factor: number): void => {
    const { zoom, ...center } = camera.value
    camera.value = { ...center, zoom: Math.min(nearest, Math.max(farthest, zoom * factor)) }
  }
  const move = (right: number, down: number): void => {
    const { x, y, zoom } = camera.value
    camera.value = { x: x + right / zoom, y: y + down / zoom, zoom }
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = steps[event.key]
    if (step !== undefined) move(step[0] * 60, step[1] * 60)
    else if (event.key === '+' || event.key === '=') zoomBy(1.25)
    else if (event.key === '-') zoomBy(0.8)
    else if (event.key === '0') fit()
    else return
    event.preventDefault()
  }
  const onPointerMove = (event: PointerEvent): void => {
    if ((event.buttons & 1) === 1) move(-event.movementX, -event.movementY)
  }
  const onWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    zoomBy(event.deltaY < 0 ? 1.1 : 0.9)
  }
  const { x, y, zoom } = camera.value
  const [width, height] = [(box.value?.width ?? 800) / zoom, (box.value?.height ?? 440) / zoom]
  const viewBox = `${x - width / 2} ${y - height / 2} ${width} ${height}`
  return { svg: { ref: svg, viewBox, onPointerMove, onWheel }, onKeyDown, zoomBy, fit }
}
