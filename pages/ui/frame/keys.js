// What holds on every page: / goes to the search, Escape closes a drawer wherever the focus is, and on a phone the menu
// makes way for the page that was chosen.
{
  const drawer = () => document.querySelector("[data-testid=stDialog]")
  // The innermost element: the editor of the query page stands behind a shadow root.
  const isTyping = (event) => event.composedPath()[0].closest?.("input, textarea, select, [contenteditable=true]")
  const OPENERS = "[data-receipt], [data-act]"
  // A drawer asked for and not there yet; closed as soon as it comes when Escape was pressed meanwhile.
  let asked = 0
  let unwanted = false

  const close = () => drawer()?.querySelector("button")?.click()
  const press = (event) => {
    if (event.target.closest?.(OPENERS)) [asked, unwanted] = [Date.now(), false]
  }
  document.addEventListener("click", press, true)

  // There the menu covers the page, and Streamlit keeps it open, at the next visit too.
  const isPhone = () => window.matchMedia("(max-width: 768px)").matches
  if (isPhone()) Object.keys(localStorage).filter((name) => name.startsWith("stSidebarCollapsed")).forEach((name) => localStorage.removeItem(name))
  document.addEventListener("click", (event) => {
    if (!isPhone() || !event.target.closest?.("[data-testid=stSidebarNavLink]")) return
    setTimeout(() => document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click(), 0)
  })
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" || event.key === " ") press(event)
      if (event.key === "/" && !event.ctrlKey && !event.altKey && !event.metaKey && !isTyping(event) && !drawer()) {
        const box = document.querySelector(".find input")
        if (!box) return
        event.preventDefault()
        box.focus()
        box.select()
      }
      if (event.key !== "Escape") return
      // A drawer stands before it has the focus, and until then Escape would go nowhere.
      if (drawer() && !drawer().contains(event.target)) close()
      else if (!drawer() && Date.now() - asked < 10000) unwanted = true
    },
    true,
  )
  new MutationObserver(() => {
    if (!drawer()) return
    asked = 0
    if (unwanted) {
      unwanted = false
      close()
    }
  }).observe(document.body, { subtree: true, childList: true })
}
