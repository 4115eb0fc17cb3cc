export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const host = parentElement.querySelector(".block")
  // Where an element stands, in words that hold after the block was written anew.
  const NAMES = ["id", "data-act", "data-receipt"]
  const place = (one) => {
    const name = NAMES.find((each) => one.getAttribute(each))
    if (!name) return null
    const same = `[${name}="${CSS.escape(one.getAttribute(name))}"]`
    return [same, [...host.querySelectorAll(same)].indexOf(one)]
  }
  const turn = (tab) => {
    host.dataset.turned = tab.textContent
    for (const other of tab.parentElement.children) {
      other.setAttribute("aria-selected", String(other === tab))
      other.tabIndex = other === tab ? 0 : -1
      host.querySelector(`#${CSS.escape(other.getAttribute("aria-controls"))}`).hidden = other !== tab
    }
  }
  // Shows that HTML, written anew only where it is another one.
  host.show = (html) => {
    if (host.shown === html) return
    // What had the focus has it again, so that a page is worked by keys without beginning anew after each press.
    const held = host.contains(document.activeElement) ? place(document.activeElement) : null
    host.innerHTML = html
    host.shown = html
    // A choice that the next visit begins with, in this browser alone.
    for (const kept of host.querySelectorAll("[data-keep]")) {
      document.cookie = `${kept.dataset.keep}; path=/; max-age=31536000; samesite=strict`
    }
    const turned = [...host.querySelectorAll("[role=tab]")].find((tab) => tab.textContent === host.dataset.turned)
    if (turned) turn(turned)
    if (held) {
      const again = host.querySelectorAll(held[0])
      ;(again[held[1]] ?? again[0])?.focus({ preventScroll: true })
    }
  }
  // What the run gave has the last word over what was shown before it came (`at_once.js`).
  host.given = data.html
  host.show(data.html)
  host.dispatchEvent(new Event("given", { bubbles: true }))
  const press = (event) => {
    const tab = event.target.closest("[role=tab]")
    if (tab) return turn(tab)
    const pressed = event.target.closest("[data-receipt], [data-act]")
    if (!pressed) return
    event.preventDefault()
    if (pressed.dataset.receipt) setTriggerValue("receipt", pressed.dataset.receipt)
    else setTriggerValue("act", pressed.dataset.act)
  }
  host.onclick = press
  host.onkeydown = (event) => {
    const tabs = event.target.matches("[role=tab]") ? [...event.target.parentElement.children] : []
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (tabs.length && step) {
      const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length]
      turn(next)
      next.focus()
    } else if ((event.key === "Enter" || event.key === " ") && event.target.matches("[role=button]")) press(event)
  }
}
